package main

import "fmt"

// instruction is one that only AVX-512 has, at an offset into its function.
type instruction struct {
	at    int
	bytes []byte
}

// avx512Only decodes 64-bit x86 code and returns the instructions encoded with EVEX, and those on mask registers, which
// are encoded with VEX. Only lengths are decoded, not operands; the encodings are those of Intel's Software Developer's
// Manual, volume 2, appendix A.
func avx512Only(code []byte) (found []instruction, err error) {
	for at := 0; at < len(code); {
		n, wide := decode(code[at:])
		if n == 0 {
			return nil, fmt.Errorf("the instruction at +%#x cannot be decoded: % x", at, code[at:min(at+15, len(code))])
		}
		if wide {
			found = append(found, instruction{at, code[at : at+n]})
		}
		at += n
	}
	return found, nil
}

// opcode says what follows an opcode's byte.
type opcode uint16

const (
	modRM   opcode = 1 << iota // a ModRM byte, with the SIB byte and displacement that it asks for
	imm8                       // a byte
	imm16                      // two bytes
	immZ                       // two bytes after the prefix 0x66, else four
	immV                       // as immZ, but eight after REX.W
	imm32                      // four bytes, whatever the prefixes
	offset                     // an address: eight bytes, four after the prefix 0x67
	group3                     // an immediate only where ModRM's middle field is 0 or 1 (TEST): imm8 or immZ beside it
	mask                       // with VEX, an instruction on mask registers
	invalid                    // nothing in 64-bit mode
)

// The maps of opcodes: of one byte, after 0x0F, after 0x0F 0x38 and after 0x0F 0x3A.
var maps = [4][256]opcode{oneByte(), twoBytes(), threeBytes38(), threeBytes3A()}

func fill(m *[256]opcode, from, to int, o opcode) {
	for i := from; i <= to; i++ {
		m[i] = o
	}
}

func oneByte() (m [256]opcode) {
	for row := 0; row < 0x40; row += 8 { // ADD, OR, ADC, SBB, AND, SUB, XOR, CMP
		fill(&m, row, row+3, modRM)
		m[row+4], m[row+5], m[row+6], m[row+7] = imm8, immZ, invalid, invalid
	}
	fill(&m, 0x60, 0x62, invalid) // 0x62 is EVEX, read before this table is asked
	m[0x63] = modRM
	m[0x68], m[0x69], m[0x6A], m[0x6B] = immZ, modRM|immZ, imm8, modRM|imm8
	fill(&m, 0x70, 0x7F, imm8)
	m[0x80], m[0x81], m[0x82], m[0x83] = modRM|imm8, modRM|immZ, invalid, modRM|imm8
	fill(&m, 0x84, 0x8F, modRM)
	m[0x9A] = invalid
	fill(&m, 0xA0, 0xA3, offset)
	m[0xA8], m[0xA9] = imm8, immZ
	fill(&m, 0xB0, 0xB7, imm8)
	fill(&m, 0xB8, 0xBF, immV)
	fill(&m, 0xC0, 0xC1, modRM|imm8)
	m[0xC2], m[0xC6], m[0xC7], m[0xC8], m[0xCA] = imm16, modRM|imm8, modRM|immZ, imm16|imm8, imm16
	m[0xCD], m[0xCE] = imm8, invalid
	fill(&m, 0xD0, 0xD3, modRM)
	fill(&m, 0xD4, 0xD6, invalid)
	fill(&m, 0xD8, 0xDF, modRM)
	fill(&m, 0xE0, 0xE7, imm8)
	m[0xE8], m[0xE9], m[0xEA], m[0xEB] = imm32, imm32, invalid, imm8
	m[0xF6], m[0xF7] = modRM|group3|imm8, modRM|group3|immZ
	fill(&m, 0xFE, 0xFF, modRM)
	return m
}

func twoBytes() (m [256]opcode) {
	fill(&m, 0x00, 0xFF, modRM)
	for _, plain := range [][2]int{{0x05, 0x09}, {0x0B, 0x0B}, {0x30, 0x37}, {0x77, 0x77}, {0xA0, 0xA2}, {0xA8, 0xAA}, {0xC8, 0xCF}} {
		fill(&m, plain[0], plain[1], 0)
	}
	for _, none := range [][2]int{{0x04, 0x04}, {0x0A, 0x0A}, {0x0C, 0x0C}, {0x0E, 0x0F}, {0x24, 0x27}, {0x39, 0x39}, {0x3B, 0x3F}, {0xA6, 0xA7}} {
		fill(&m, none[0], none[1], invalid)
	}
	fill(&m, 0x70, 0x73, modRM|imm8)
	fill(&m, 0x80, 0x8F, imm32)
	for _, o := range []int{0xA4, 0xAC, 0xBA, 0xC2, 0xC4, 0xC5, 0xC6} {
		m[o] |= imm8
	}
	for _, span := range [][2]int{{0x41, 0x42}, {0x44, 0x47}, {0x4A, 0x4B}, {0x90, 0x93}, {0x98, 0x99}} { // KAND … KTEST
		fill(&m, span[0], span[1], m[span[0]]|mask)
	}
	return m
}

func threeBytes38() (m [256]opcode) {
	fill(&m, 0x00, 0xFF, modRM)
	return m
}

func threeBytes3A() (m [256]opcode) {
	fill(&m, 0x00, 0xFF, modRM|imm8)
	fill(&m, 0x30, 0x33, modRM|imm8|mask) // KSHIFT
	return m
}

// decode is the length of the first instruction, 0 where it is none or cut off, and whether only AVX-512 has it.
func decode(code []byte) (length int, wide bool) {
	c := cursor{code: code}
	var p prefixes
	b := c.next()
	for ; p.take(b); b = c.next() {
	}
	table, vex := 0, false
	switch {
	case b == 0x62: // EVEX: three bytes more
		table, wide = int(c.next()&7), true
		c.skip(2)
		b = c.next()
	case b == 0xC4: // VEX of three bytes
		table, vex = int(c.next()&0x1F), true
		c.skip(1)
		b = c.next()
	case b == 0xC5: // VEX of two bytes
		table, vex = 1, true
		c.skip(1)
		b = c.next()
	case b == 0x0F:
		table, b = 1, c.next()
		if b == 0x38 || b == 0x3A {
			table = 2 + int(b-0x38)/2
			b = c.next()
		}
	}
	if (wide || vex) && (table == 0 || table >= len(maps)) {
		return 0, false
	}
	o := maps[table][b]
	c.operands(o, p)
	if o&invalid != 0 || c.cut {
		return 0, false
	}
	return c.at, wide || vex && o&mask != 0
}

type prefixes struct{ operand16, address32, wide bool }

// take notes a prefix and says whether b was one.
func (p *prefixes) take(b byte) bool {
	switch {
	case b == 0x66:
		p.operand16 = true
	case b == 0x67:
		p.address32 = true
	case b == 0x26, b == 0x2E, b == 0x36, b == 0x3E, b == 0x64, b == 0x65, b == 0xF0, b == 0xF2, b == 0xF3:
	case b&0xF0 == 0x40: // REX
		p.wide = b&8 != 0
		return true
	default:
		return false
	}
	p.wide = false // REX counts only where the opcode follows it
	return true
}

type cursor struct {
	code []byte
	at   int
	cut  bool
}

func (c *cursor) next() byte {
	c.skip(1)
	if c.cut {
		return 0
	}
	return c.code[c.at-1]
}

func (c *cursor) skip(n int) {
	c.at += n
	c.cut = c.cut || c.at > len(c.code)
}

// operands steps over what follows the opcode.
func (c *cursor) operands(o opcode, p prefixes) {
	if o&modRM != 0 {
		if middle := c.modRM() >> 3 & 7; o&group3 != 0 && middle > 1 {
			return
		}
	}
	full := 4
	if p.operand16 && !p.wide {
		full = 2
	}
	for _, immediate := range []struct {
		of   opcode
		size int
	}{{imm8, 1}, {imm16, 2}, {imm32, 4}, {immZ, full}} {
		if o&immediate.of != 0 {
			c.skip(immediate.size)
		}
	}
	switch {
	case o&immV != 0 && p.wide, o&offset != 0 && !p.address32:
		c.skip(8)
	case o&immV != 0:
		c.skip(full)
	case o&offset != 0:
		c.skip(4)
	}
}

// modRM steps over a ModRM byte, its SIB byte and its displacement, and returns it.
func (c *cursor) modRM() byte {
	b := c.next()
	mode, base := b>>6, b&7
	if mode == 3 {
		return b
	}
	if base == 4 {
		base = c.next() & 7
		if mode == 0 && base == 5 { // no base, four bytes
			c.skip(4)
		}
	} else if mode == 0 && base == 5 { // relative to the next instruction
		c.skip(4)
	}
	c.skip([]int{0, 1, 4}[mode])
	return b
}
