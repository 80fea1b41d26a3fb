//go:build linux

// Scale prints the table of docs/scale.md: what FitRBIG takes on Prism at some numbers of rows, columns and workers, what of that is for
// a row and for a row and a block, and what the same numbers say of runs that no one machine should make.
//
//	go run ./cmd/scale -rows 100000,1000000 -columns 20,50 -workers 1,2,4
//	go run ./cmd/scale -rows 10000000 -workers 2 -memory 1000000
//
// A worker is a processor of one process here. Tables are NPY files of a law that is known, in a temporary folder; each run is a process of
// its own, whose processor time and most memory the system counts: Linux, which counts memory in kilobytes.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	sdk "github.com/apache/beam/sdks/v2/go/pkg/beam"
)

var (
	rows    = flag.String("rows", "100000,1000000", "numbers of rows, with commas between them")
	columns = flag.String("columns", "20", "numbers of columns")
	workers = flag.String("workers", "1,2,4", "numbers of workers")
	blocks  = flag.Int("blocks", 10, "blocks of the fit")
	of      = flag.Int("of", 10, "blocks of the fits that the numbers are read off for")
	files   = flag.Int("files", 20, "files of a table")
	memory  = flag.Int("memory", 0, "rows of a fit in memory whose likelihood is compared with that of each table's last run; 0: none")
	child   = flag.String("child", "", "be a run on the files of this glob: what this program starts")
	model   = flag.String("model", "", "file of the flow that such a run fits")
)

func main() {
	flag.Parse()
	sdk.Init()
	err := errors.New("the flags want whole numbers, with commas between them")
	n, d, w := numbers(*rows), numbers(*columns), numbers(*workers)
	switch {
	case n == nil || d == nil || w == nil || *blocks < 2 || *of < 1 || *files < 1 || *memory < 0:
	case *child != "":
		err = fit(context.Background(), *child, d[0], w[0], *model)
	default:
		err = measure(context.Background(), n, d, w)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "scale:", err)
		os.Exit(1)
	}
}

// numbers are those of a list, nil where it has something else.
func numbers(list string) (all []int) {
	for _, text := range strings.Split(list, ",") {
		v, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || v < 1 {
			return nil
		}
		all = append(all, v)
	}
	return all
}

// measure runs all combinations and prints their table, and what the largest run of each number of columns says of others.
func measure(ctx context.Context, rows, columns, workers []int) error {
	dir, err := os.MkdirTemp("", "gaussflow-scale-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	fmt.Printf("FitRBIG, %d blocks, %d passes over %d files; %s, %d processors\n\n", *blocks, 1+2**blocks, *files, runtime.GOARCH, runtime.NumCPU())
	fmt.Println("| rows | columns | workers | read, GB | summaries, MB | processor, s | model, s | wall, s | most memory, MB |\n|---|---|---|---|---|---|---|---|---|")
	var last []*run
	var likelihoods []string
	for _, d := range columns {
		var measured []*run
		for _, n := range rows {
			glob, err := writeLake(filepath.Join(dir, fmt.Sprintf("%d-%d", n, d)), n, d, *files)
			if err != nil {
				return err
			}
			for _, w := range workers {
				r, err := start(ctx, glob, d, w, filepath.Join(dir, "rbig.gflow"))
				if err != nil {
					return err
				}
				measured = append(measured, r)
			}
			if *memory > 0 {
				said, err := compare(filepath.Join(dir, "rbig.gflow"), n, d)
				if err != nil {
					return err
				}
				likelihoods = append(likelihoods, said)
			}
			if err = os.RemoveAll(filepath.Dir(glob)); err != nil {
				return err
			}
		}
		c := costsOf(measured[len(measured)-1])
		for _, r := range measured {
			fmt.Printf("| %d | %d | %d | %.2f | %.2f | %.1f | %.1f | %.1f | %d |\n", r.Rows, d, r.Workers, float64(r.Read)/1e9, float64(r.Shuffled)/1e6,
				r.processor(), c.processor(float64(r.Rows)), r.Wall, r.Memory>>20)
		}
		last = append(last, measured[len(measured)-1])
	}
	for _, r := range last {
		costsOf(r).say(r)
	}
	for _, said := range likelihoods {
		fmt.Println(said)
	}
	return nil
}

// start makes a run in a process of its own.
func start(ctx context.Context, glob string, d, workers int, model string) (*run, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := exec.CommandContext(ctx, self, "-child="+glob, "-columns="+strconv.Itoa(d), "-workers="+strconv.Itoa(workers), "-blocks="+strconv.Itoa(*blocks), "-model="+model)
	said, err := c.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			return nil, fmt.Errorf("%w: %s", err, exit.Stderr[max(0, len(exit.Stderr)-2000):])
		}
		return nil, err
	}
	r := &run{}
	return r, json.Unmarshal(said, r)
}
