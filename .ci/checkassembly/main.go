// Checkassembly reads a built program for linux/amd64, say a test binary of graph/kernel, and fails where a function of
// graph/kernel whose name does not end in AVX512 holds an instruction that only AVX-512 has. An assembler encodes a
// register above Y15 as AVX-512 without a word, and on a processor that lacks it the program dies of SIGILL.
//
//	go test -c -o kernel.test ./graph/kernel && go run ./.ci/checkassembly kernel.test
package main

import (
	"debug/elf"
	"fmt"
	"os"
	"strings"
)

const (
	inPackage = "/graph/kernel" // in the name of every function of the kernels, whatever the module is called
	widest    = "AVX512"        // ends the name of a function that may use AVX-512
	assembly  = ".abi0"         // and then, the linker's mark of a function in assembly
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: checkassembly BINARY")
		os.Exit(2)
	}
	functions, err := readFunctions(os.Args[1])
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", os.Args[1], err)
		os.Exit(1)
	}
	outside, wide, failed := 0, 0, false
	for _, f := range functions {
		found, err := avx512Only(f.code)
		switch {
		case err != nil:
			fmt.Printf("%s: %v\n", f.name, err)
			failed = true
		case strings.HasSuffix(strings.TrimSuffix(f.name, assembly), widest):
			wide += len(found)
		default:
			outside++
			if len(found) > 0 {
				fmt.Printf("%s: %d instructions of AVX-512, the first at +%#x: % x\n", f.name, len(found), found[0].at, found[0].bytes)
				failed = true
			}
		}
	}
	fmt.Printf("%d functions of %d hold to instruction sets below AVX-512; %d instructions of AVX-512 in the others\n",
		outside, len(functions), wide)
	if outside == 0 || wide == 0 { // a check that finds neither has not read the kernels
		fmt.Println("want functions of both kinds: is this a test binary of graph/kernel for amd64?")
		failed = true
	}
	if failed {
		os.Exit(1)
	}
}

type function struct {
	name string
	code []byte
}

// readFunctions takes the kernels' functions from the symbol table.
func readFunctions(path string) (all []function, err error) {
	file, err := elf.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if file.Machine != elf.EM_X86_64 {
		return nil, fmt.Errorf("is for %v, want %v", file.Machine, elf.EM_X86_64)
	}
	symbols, err := file.Symbols()
	if err != nil {
		return nil, err
	}
	for _, s := range symbols {
		if elf.ST_TYPE(s.Info) != elf.STT_FUNC || !strings.Contains(s.Name, inPackage) || s.Size == 0 {
			continue
		}
		section := file.Sections[s.Section]
		code := make([]byte, s.Size)
		if _, err := section.ReadAt(code, int64(s.Value-section.Addr)); err != nil {
			return nil, fmt.Errorf("%s: %w", s.Name, err)
		}
		all = append(all, function{s.Name, code})
	}
	return all, nil
}
