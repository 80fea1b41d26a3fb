package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// An armOp is an arm64 instruction. A vector instruction has a machine code, of the form on float64 and of that on float32,
// whose register fields are zero, and is written as a word, because Go's assembler knows few of them; the others have none and
// are written in Go's syntax.
//
// The text is that of the assembler: D, N and M after v (vector), x or R (general) or F (vector, in Go's syntax) stand for
// registers, T for the arrangement of the lanes, E for the type of a lane, # for a number, L for a label and S for a symbol.
// D is what the instruction writes, or what a store reads first; N and M are read.
type armOp struct {
	text           string
	double, single uint32
	immediate      func(f32 bool, n int) uint32 // the field of a number
	tied           bool                         // D is also read: the first source
	tiedAddress    bool                         // N is also written
	store          bool                         // D is only read
	pure           bool                         // does nothing but write D: can be left out
}

// fieldN is where N lies in a machine code.
const fieldN = 5

// fieldM is where M lies: the second register of a pair elsewhere.
func (op armOp) fieldM() int {
	if strings.Contains(op.text, "qD, qM") {
		return 10
	}
	return 16
}

// scaledBy is a 12-bit offset in units of the size of what is loaded or stored.
func scaledBy(double, single int) func(bool, int) uint32 {
	return func(f32 bool, n int) uint32 {
		size := double
		if f32 {
			size = single
		}
		if n < 0 || n%size != 0 || n/size > 4095 {
			panic(fmt.Sprintf("offset %d of a load or store of %d bytes", n, size))
		}
		return uint32(n/size) << 10
	}
}

// pairOffset is the 7-bit offset of a pair of vectors.
func pairOffset(_ bool, n int) uint32 {
	if n%16 != 0 || n < -1024 || n > 1008 {
		panic(fmt.Sprintf("offset %d of a pair of vectors", n))
	}
	return uint32(n/16) & 0x7f << 15
}

func lanesOf(f32 bool) int {
	if f32 {
		return 32
	}
	return 64
}

func shiftLeftBy(f32 bool, n int) uint32  { return uint32(lanesOf(f32)+n) << 16 }
func shiftRightBy(f32 bool, n int) uint32 { return uint32(2*lanesOf(f32)-n) << 16 }

// armOps are the instructions that the kernels need.
var armOps = map[string]armOp{
	// arithmetic
	"fadd":   {text: "fadd vD.T, vN.T, vM.T", double: 0x4e60d400, single: 0x4e20d400, pure: true},
	"fsub":   {text: "fsub vD.T, vN.T, vM.T", double: 0x4ee0d400, single: 0x4ea0d400, pure: true},
	"fmul":   {text: "fmul vD.T, vN.T, vM.T", double: 0x6e60dc00, single: 0x6e20dc00, pure: true},
	"fdiv":   {text: "fdiv vD.T, vN.T, vM.T", double: 0x6e60fc00, single: 0x6e20fc00, pure: true},
	"fmax":   {text: "fmax vD.T, vN.T, vM.T", double: 0x4e60f400, single: 0x4e20f400, pure: true},
	"fmin":   {text: "fmin vD.T, vN.T, vM.T", double: 0x4ee0f400, single: 0x4ea0f400, pure: true},
	"faddp":  {text: "faddp vD.T, vN.T, vM.T", double: 0x6e60d400, single: 0x6e20d400, pure: true},
	"fneg":   {text: "fneg vD.T, vN.T", double: 0x6ee0f800, single: 0x6ea0f800, pure: true},
	"fsqrt":  {text: "fsqrt vD.T, vN.T", double: 0x6ee1f800, single: 0x6ea1f800, pure: true},
	"fmla":   {text: "fmla vD.T, vN.T, vM.T", double: 0x4e60cc00, single: 0x4e20cc00, tied: true, pure: true},
	"fmls":   {text: "fmls vD.T, vN.T, vM.T", double: 0x4ee0cc00, single: 0x4ea0cc00, tied: true, pure: true},
	"fadd d": {text: "fadd dD, dN, dM", double: 0x1e602800, single: 0x1e602800, pure: true},
	"fcvtl2": {text: "fcvtl2 vD.2d, vN.4s", double: 0x4e617800, single: 0x4e617800, pure: true},
	"fcvtl":  {text: "fcvtl vD.2d, vN.2s", double: 0x0e617800, single: 0x0e617800, pure: true},

	// bits and integers
	"add":   {text: "add vD.T, vN.T, vM.T", double: 0x4ee08400, single: 0x4ea08400, pure: true},
	"sub":   {text: "sub vD.T, vN.T, vM.T", double: 0x6ee08400, single: 0x6ea08400, pure: true},
	"and":   {text: "and vD.16b, vN.16b, vM.16b", double: 0x4e201c00, single: 0x4e201c00, pure: true},
	"bic":   {text: "bic vD.16b, vN.16b, vM.16b", double: 0x4e601c00, single: 0x4e601c00, pure: true},
	"orr":   {text: "orr vD.16b, vN.16b, vM.16b", double: 0x4ea01c00, single: 0x4ea01c00, pure: true},
	"eor":   {text: "eor vD.16b, vN.16b, vM.16b", double: 0x6e201c00, single: 0x6e201c00, pure: true},
	"bsl":   {text: "bsl vD.16b, vN.16b, vM.16b", double: 0x6e601c00, single: 0x6e601c00, tied: true, pure: true},
	"fcmgt": {text: "fcmgt vD.T, vN.T, vM.T", double: 0x6ee0e400, single: 0x6ea0e400, pure: true},
	"facgt": {text: "facgt vD.T, vN.T, vM.T", double: 0x6ee0ec00, single: 0x6ea0ec00, pure: true},
	"cmlt":  {text: "cmlt vD.T, vN.T, #0", double: 0x4ee0a800, single: 0x4ea0a800, pure: true},
	"shl":   {text: "shl vD.T, vN.T, #I", double: 0x4f005400, single: 0x4f005400, immediate: shiftLeftBy, pure: true},
	"ushr":  {text: "ushr vD.T, vN.T, #I", double: 0x6f000400, single: 0x6f000400, immediate: shiftRightBy, pure: true},

	// moves
	"mov":     {text: "mov vD.16b, vN.16b", double: 0x4ea01c00, single: 0x4ea01c00, pure: true},
	"zero":    {text: "movi vD.4s, #0", double: 0x4f000400, single: 0x4f000400, pure: true},
	"dup":     {text: "dup vD.T, vN.E[0]", double: 0x4e080400, single: 0x4e040400, pure: true},
	"zip1":    {text: "zip1 vD.T, vN.T, vM.T", double: 0x4ec03800, single: 0x4e803800, pure: true},
	"zip2":    {text: "zip2 vD.T, vN.T, vM.T", double: 0x4ec07800, single: 0x4e807800, pure: true},
	"zip1 2d": {text: "zip1 vD.2d, vN.2d, vM.2d", double: 0x4ec03800, single: 0x4ec03800, pure: true},
	"zip2 2d": {text: "zip2 vD.2d, vN.2d, vM.2d", double: 0x4ec07800, single: 0x4ec07800, pure: true},
	"narrow":  {text: "xtn vD.H, vN.T", double: 0x0ea12800, single: 0x0e612800, pure: true},
	"fmov":    {text: "fmov xD, dN", double: 0x9e660000, single: 0x9e660000, pure: true},

	// memory
	"ldr q":       {text: "ldr qD, [xN, #I]", double: 0x3dc00000, single: 0x3dc00000, immediate: scaledBy(16, 16), pure: true},
	"ldr q index": {text: "ldr qD, [xN, xM]", double: 0x3ce06800, single: 0x3ce06800, pure: true},
	"ldr d":       {text: "ldr dD, [xN, #I]", double: 0xfd400000, single: 0xfd400000, immediate: scaledBy(8, 8), pure: true},
	"ldp q":       {text: "ldp qD, qM, [xN, #I]", double: 0xad400000, single: 0xad400000, immediate: pairOffset, pure: true},
	"ld1r":        {text: "ld1r {vD.T}, [xN]", double: 0x4d40cc00, single: 0x4d40c800, pure: true},
	"ld1 step":    {text: "ld1 {vD.T}, [xN], xM", double: 0x4cc07c00, single: 0x4cc07800, tiedAddress: true},
	"ld1r step":   {text: "ld1r {vD.T}, [xN], xM", double: 0x4dc0cc00, single: 0x4dc0c800, tiedAddress: true},
	"str q":       {text: "str qD, [xN, #I]", double: 0x3d800000, single: 0x3d800000, immediate: scaledBy(16, 16), store: true},
	"str q index": {text: "str qD, [xN, xM]", double: 0x3ca06800, single: 0x3ca06800, store: true},
	"st1 step":    {text: "st1 {vD.T}, [xN], xM", double: 0x4c807c00, single: 0x4c807800, tiedAddress: true, store: true},
	"str low":     {text: "str ED, [xN, #I]", double: 0xfd000000, single: 0xbd000000, immediate: scaledBy(8, 4), store: true},

	// general registers
	"MOVD":             {text: "MOVD RN, RD", pure: true},
	"MOVD number":      {text: "MOVD $I, RD", pure: true},
	"MOVD param":       {text: "MOVD S, RD", pure: true},
	"MOVB param":       {text: "MOVBU S, RD", pure: true},
	"MOVD pool":        {text: "MOVD $S, RD", pure: true},
	"MOVD load":        {text: "MOVD I(RN), RD", pure: true},
	"MOVD store":       {text: "MOVD RD, I(RN)", store: true},
	"MOVD store index": {text: "MOVD RD, (RN)(RM)", store: true},
	"MOVD result":      {text: "MOVD RD, S", store: true},
	"FMOV param":       {text: "FMOVE S, FD", pure: true},
	"FMOV result":      {text: "FMOVE FD, S", store: true},
	"ADD":              {text: "ADD RM, RN, RD", pure: true},
	"ADD number":       {text: "ADD $I, RN, RD", pure: true},
	"SUBS number":      {text: "SUBS $I, RN, RD"},
	"LSL number":       {text: "LSL $I, RN, RD", pure: true},
	"CMP":              {text: "CMP RM, RN"},
	"CMP number":       {text: "CMP $I, RN"},
	"BEQ":              {text: "BEQ L"},
	"BNE":              {text: "BNE L"},
	"BLT":              {text: "BLT L"},
	"BGE":              {text: "BGE L"},
	"JMP":              {text: "JMP L"},
	"RET":              {text: "RET"},
}

// An armForm is an instruction with its registers, numbers of fields D, N and M.
type armForm struct {
	armOp
	f32     bool
	d, n, m int
	number  int
	symbol  string // or label
}

// word is the machine code.
func (f armForm) word() uint32 {
	code := f.double
	if f.f32 {
		code = f.single
	}
	for _, field := range armFields.FindAllString(f.text, -1) {
		switch field[len(field)-1] {
		case 'D':
			code |= uint32(f.d)
		case 'N':
			code |= uint32(f.n) << fieldN
		case 'M':
			code |= uint32(f.m) << f.fieldM()
		}
	}
	if f.text == armOps["mov"].text { // an or of a register with itself
		code |= uint32(f.n) << f.fieldM()
	}
	if f.immediate != nil {
		code |= f.immediate(f.f32, f.number)
	}
	return code
}

var armFields = regexp.MustCompile(`\b([vxqdRF])([DNM])\b|\bED\b|\b[TEHILS]\b|FMOVE`)

// written is the instruction as an assembler would have it.
func (f armForm) written() string {
	forType := func(double, single string) string {
		if f.f32 {
			return single
		}
		return double
	}
	register := map[byte]int{'D': f.d, 'N': f.n, 'M': f.m}
	return armFields.ReplaceAllStringFunc(f.text, func(field string) string {
		switch field {
		case "T":
			return forType("2d", "4s")
		case "H":
			return forType("2s", "4h")
		case "E":
			return forType("d", "s")
		case "ED":
			return forType("d", "s") + strconv.Itoa(f.d)
		case "I":
			return strconv.Itoa(f.number)
		case "L", "S":
			return f.symbol
		case "FMOVE":
			return forType("FMOVD", "FMOVS")
		}
		return field[:1] + strconv.Itoa(register[field[1]])
	})
}

// isWord reports whether Go's assembler is given the machine code.
func (op armOp) isWord() bool { return op.double != 0 }

// writes is the class of register that D is and the instruction writes: v for vectors, x for general ones, 0 for none.
func (op armOp) writes() byte {
	switch m := regexp.MustCompile(`\b([vxqdRF])D`).FindStringSubmatch(op.text); {
	case m == nil, op.store:
		return 0
	case m[1] == "x" || m[1] == "R":
		return 'x'
	}
	return 'v'
}
