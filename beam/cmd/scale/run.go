//go:build linux

package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	sdk "github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/prism"

	"gaussflow/beam"
	"gaussflow/internal/defaults"
)

// A run is one fit, measured.
type run struct {
	Rows, Columns, Workers int
	Read                   int64     // bytes of files, all passes together
	Shuffled               int64     // bytes of summaries that workers handed on
	Passes                 []float64 // seconds of processor time of each pass
	Fits                   float64   // and of all else: the mixtures and rotations
	Wall                   float64   // seconds
	Memory                 int64     // most resident bytes
}

func (r *run) processor() float64 {
	sum := r.Fits
	for _, s := range r.Passes {
		sum += s
	}
	return sum
}

// fit fits the files of a glob on some workers, saves the flow, and prints the run as JSON.
func fit(ctx context.Context, glob string, d, workers int, model string) error {
	runtime.GOMAXPROCS(workers)
	r := &run{Columns: d, Workers: workers}
	size, err := sizeOf(glob)
	if err != nil {
		return err
	}
	began, before := time.Now(), usage()
	f, err := beam.FitRBIG(ctx, beam.RBIGConfig{Files: glob, Columns: defaults.Names("x", d), Blocks: *blocks, Run: func(ctx context.Context, p *sdk.Pipeline) error {
		from := usage()
		result, err := prism.Execute(ctx, p)
		if err != nil {
			return err
		}
		r.Passes = append(r.Passes, seconds(usage())-seconds(from))
		r.Read += size
		for _, c := range result.Metrics().AllMetrics().Counters() {
			switch c.Name() {
			case "summarized_rows":
				r.Rows = int(c.Result())
			case "summary_bytes":
				r.Shuffled += c.Result()
			}
		}
		return nil
	}})
	if err != nil {
		return err
	}
	after := usage()
	r.Wall, r.Memory = time.Since(began).Seconds(), int64(after.Maxrss)<<10
	if err = f.Save(model); err != nil {
		return err
	}
	r.Fits = seconds(after) - seconds(before) - (r.processor() - r.Fits)
	return json.NewEncoder(os.Stdout).Encode(r)
}

func sizeOf(glob string) (size int64, err error) {
	names, err := filepath.Glob(glob)
	for _, name := range names {
		info, errStat := os.Stat(name)
		if err = errors.Join(err, errStat); err == nil {
			size += info.Size()
		}
	}
	return size, err
}

// usage is what this process has used, as the system counts it.
func usage() (u syscall.Rusage) {
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // which fails for other arguments alone
	return u
}

func seconds(u syscall.Rusage) float64 {
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}
