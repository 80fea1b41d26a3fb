package main

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"
)

// instructions are decoded the same by objdump of binutils 2.40; wide are those that only AVX-512 has.
var instructions = []struct {
	text, code string
	wide       bool
}{
	{"RET", "c3", false},
	{"MOVQ 0x28(SP), AX", "48 8b 44 24 28", false},
	{"MOVQ 0x11223344, AX (an address of 8 bytes)", "48 a1 44 33 22 11 00 00 00 00", false},
	{"MOVABS $0x1122334455667788, AX", "48 b8 88 77 66 55 44 33 22 11", false},
	{"MOVL $1, AX", "b8 01 00 00 00", false},
	{"MOVW $1, AX", "66 b8 01 00", false},
	{"LEAQ 0x6f7919(IP), CX", "48 8d 0d 19 79 6f 00", false},
	{"MOVQ 0x100(, R12*8), AX", "4a 8b 04 e5 00 01 00 00", false},
	{"TESTB $1, 0x10(DX)", "f6 42 10 01", false},
	{"NEGQ 0x10(DX)", "48 f7 5a 10", false},
	{"TESTQ $1, AX", "48 f7 c0 01 00 00 00", false},
	{"JNE 0x62 bytes on", "75 62", false},
	{"JNE far on", "0f 85 62 62 00 00", false},
	{"ADDQ $0x62626262, CX", "48 81 c1 62 62 62 62", false},
	{"PALIGNR $0x62, X1, X0", "66 0f 3a 0f c1 62", false},
	{"PSHUFB X1, X0", "66 0f 38 00 c1", false},
	{"CRC32B AX, CX", "f2 0f 38 f0 c8", false},
	{"VZEROUPPER", "c5 f8 77", false},
	{"VADDPD Y2, Y1, Y0", "c5 f5 58 c2", false},
	{"VSHUFPS $0x62, Y2, Y1, Y0", "c5 f4 c6 c2 62", false},
	{"VFMADD231PD Y15, Y14, Y13", "c4 42 8d b8 ef", false},
	{"VPERMQ $0x62, Y15, Y13", "c4 43 fd 00 ef 62", false},
	{"VADDPD Y16, Y1, Y0", "62 b1 f5 28 58 c0", true},
	{"VMULPD Y15, Y15, Y16 (of the fault that landed)", "62 c1 85 28 59 c7", true},
	{"VADDPD Z2, Z1, Z0", "62 f1 f5 48 58 c2", true},
	{"VSHUFF64X2 $0x62, 0x40(AX), Z1, Z0", "62 f3 f5 48 23 40 01 62", true},
	{"VPANDQ X2, X1, X0", "62 f1 f5 08 db c2", true},
	{"KMOVW K1, AX", "c5 f8 93 c1", true},
	{"KORTESTB K2, K1", "c5 f9 98 ca", true},
	{"KSHIFTLW $1, K2, K1", "c4 e3 f9 32 ca 01", true},
}

func TestDecode(t *testing.T) {
	for _, i := range instructions {
		code := unhex(t, i.code)
		if length, wide := decode(append(bytes.Clone(code), code...)); length != len(code) || wide != i.wide {
			t.Errorf("%s (%s): decoded %d bytes, only AVX-512's %v; want %d, %v", i.text, i.code, length, wide, len(code), i.wide)
		}
		for cut := range code {
			if length, _ := decode(code[:cut]); length > 0 && !strings.HasPrefix(i.text, "RET") {
				t.Errorf("%s: its first %d bytes decode as an instruction of %d", i.text, cut, length)
			}
		}
	}
}

// TestFunction: the instructions one after the other, so that one length that is off by a byte spoils all that follow.
func TestFunction(t *testing.T) {
	var function []byte
	var want []instruction
	for _, i := range instructions {
		code := unhex(t, i.code)
		if i.wide {
			want = append(want, instruction{len(function), code})
		}
		function = append(function, code...)
	}
	got, err := avx512Only(function)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(want) {
		t.Fatalf("found %d instructions of AVX-512, want %d", len(got), len(want))
	}
	for n := range want {
		if got[n].at != want[n].at || !bytes.Equal(got[n].bytes, want[n].bytes) {
			t.Errorf("found % x at %d, want % x at %d", got[n].bytes, got[n].at, want[n].bytes, want[n].at)
		}
	}
}

// TestNoCode: what is no instruction is an error, not a guess at where the next one begins.
func TestNoCode(t *testing.T) {
	for _, code := range []string{"06", "0f 0a", "c4 e0 00 00 00", "48", "62 f1"} {
		if _, err := avx512Only(unhex(t, code)); err == nil {
			t.Errorf("%s: decoded, want an error", code)
		}
	}
}

func unhex(t *testing.T, text string) []byte {
	t.Helper()
	code, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return code
}
