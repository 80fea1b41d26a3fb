// Strangers repeats what first-time users tried with the tool and saw go wrong, and prints a table: what was tried, what was seen
// then, what is seen now. It ends with exit code 1 if a line is not as it should be.
//
//	go run ./scripts/strangers [-inputs ../shared/data/field] [-run B5] [-tests=false]
//
// Lines whose input is missing are skipped, and reported; with -tests=false so are those that are tried by a package's test. It
// must be run in the root of the repository, and writes to a temporary folder.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"
)

// A line is something that a first-time user tried.
type line struct {
	name, seen string
	try        func(p *place) (now string, ok bool)
}

// A place is where lines are tried: a folder for each, and the tool.
type place struct {
	tool, folder, inputs string
	tests                bool   // run the tests of packages
	leftOut              string // why a line was left out
}

func main() {
	inputs := flag.String("inputs", filepath.Join("..", "shared", "data", "field"), "the folder of the inputs that failed")
	only := flag.String("run", "", "try only the lines whose name begins so")
	tests := flag.Bool("tests", true, "try lines that tests of packages try")
	flag.Parse()
	ok, err := tryAll(*inputs, *only, *tests)
	if err != nil {
		fmt.Fprintln(os.Stderr, "strangers:", err)
	}
	if !ok {
		os.Exit(1)
	}
}

func tryAll(inputs, only string, tests bool) (ok bool, err error) {
	root, err := os.MkdirTemp("", "strangers")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(root)
	tool := filepath.Join(root, "gaussflow")
	if out, err := exec.Command("go", "build", "-o", tool, "./cmd/gaussflow").CombinedOutput(); err != nil {
		return false, fmt.Errorf("%w: %s", err, out)
	}
	if inputs, err = filepath.Abs(inputs); err != nil {
		return false, err
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "line\tseen first\tnow\tok\tseconds")
	ok = true
	for _, l := range lines {
		if !strings.HasPrefix(l.name, only) {
			continue
		}
		p := &place{tool: tool, inputs: inputs, tests: tests}
		if p.folder, err = os.MkdirTemp(root, "line"); err != nil { // of its own, so that files of another line are not taken for its
			return false, err
		}
		begin := time.Now()
		now, good := l.try(p)
		verdict := "ok"
		switch {
		case p.leftOut != "":
			now, verdict = p.leftOut, "left out"
		case !good:
			ok, verdict = false, "NOT OK"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%.1f\n", l.name, l.seen, strings.ReplaceAll(now, "\t", " "), verdict, time.Since(begin).Seconds())
	}
	return ok, w.Flush()
}
