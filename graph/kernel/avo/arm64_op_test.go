package main

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var assembler = flag.String("as", "", "assembler of arm64, aarch64-linux-gnu-as, by which to write testdata/arm64_words.txt anew")

const words = "testdata/arm64_words.txt"

// TestWords compares machine code with what the GNU assembler makes of the same text, in testdata: every instruction, of both
// types, with registers and numbers at both ends of their fields.
func TestWords(t *testing.T) {
	forms := someForms()
	if *assembler != "" {
		writeWords(t, forms)
	}
	table, err := os.ReadFile(words)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for line := range strings.Lines(string(table)) {
		word, text, _ := strings.Cut(strings.TrimSpace(line), "\t")
		want[text] = word
	}
	for _, f := range forms {
		switch w, ok := want[f.written()]; {
		case !ok:
			t.Errorf("%s is not in %s: run go test -as aarch64-linux-gnu-as", f.written(), words)
		case w != fmt.Sprintf("%08x", f.word()):
			t.Errorf("%s: %08x, want %s", f.written(), f.word(), w)
		}
	}
}

func someForms() (forms []armForm) {
	numbers := map[string][]int{
		"shl": {1, 23}, "ushr": {1, 23}, "ldr q": {0, 16, 65520}, "str q": {0, 65520}, "ldr d": {0, 8, 32760},
		"str low": {0, 8, 16376}, "ldp q": {-1024, -16, 0, 1008},
	}
	for _, name := range slices.Sorted(maps.Keys(armOps)) {
		op := armOps[name]
		if !op.isWord() {
			continue
		}
		if numbers[name] == nil {
			numbers[name] = []int{0}
		}
		for _, f32 := range []bool{false, true} {
			for _, n := range numbers[name] {
				for _, r := range [][3]int{{0, 1, 2}, {21, 10, 25}, {30, 25, 17}} {
					forms = append(forms, armForm{armOp: op, f32: f32, d: r[0], n: r[1], m: r[2], number: n})
				}
			}
		}
	}
	return forms
}

// writeWords assembles the forms and writes what comes out beside their texts.
func writeWords(t *testing.T, forms []armForm) {
	source, object := filepath.Join(t.TempDir(), "words.s"), filepath.Join(t.TempDir(), "words.o")
	var texts bytes.Buffer
	for _, f := range forms {
		fmt.Fprintln(&texts, f.written())
	}
	if err := os.WriteFile(source, texts.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(*assembler, source, "-o", object).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", *assembler, err, out)
	}
	file, err := elf.Open(object)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	code, err := file.Section(".text").Data()
	if err != nil || len(code) != 4*len(forms) {
		t.Fatalf("%d bytes of code, %v, want %d", len(code), err, 4*len(forms))
	}
	var table bytes.Buffer
	for i, f := range forms {
		fmt.Fprintf(&table, "%08x\t%s\n", binary.LittleEndian.Uint32(code[4*i:]), f.written())
	}
	if err := os.WriteFile(words, table.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}
