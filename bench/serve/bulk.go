package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"gaussflow/data"
	"gaussflow/internal/defaults"
)

// bulk posts a whole table, alternating with gaussflow score on the same file.
func bulk(o *options) error {
	path := filepath.Join(o.dir, "table.csv")
	if err := o.writeTable(path); err != nil {
		return err
	}
	program := filepath.Join(o.dir, "gaussflow")
	if out, err := exec.CommandContext(o.ctx, "go", "build", "-o", program, "./cmd/gaussflow").CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	p, err := o.launch("gaussflow")
	if err != nil {
		return err
	}
	defer p.end()
	var rates, ratios []float64
	var memory []int
	for range o.rounds {
		began := time.Now()
		c := exec.CommandContext(o.ctx, program, "score", o.model, path, "-o", filepath.Join(o.dir, "scored.csv"))
		if out, err := c.CombinedOutput(); err != nil {
			return fmt.Errorf("%w: %s", err, out)
		}
		tool := time.Since(began)
		began = time.Now()
		if err = o.postTable(p, path); err != nil {
			return err
		}
		took := time.Since(began)
		rates = append(rates, float64(o.rows)/took.Seconds())
		ratios = append(ratios, tool.Seconds()/took.Seconds())
		peak, err := peakMemory(p.cmd.Process.Pid)
		if err != nil {
			return err
		}
		memory = append(memory, peak)
	}
	fmt.Printf("%d × %d as CSV: %.0f rows/s, %.2f of gaussflow score's rate (want ≥ 0.7), medians of %d rounds in turns\n", o.rows, shape.Dim, median(rates), median(ratios), o.rounds)
	fmt.Printf("peak resident memory after each round: %v MB (want ≤ 250)\n", memory)
	return nil
}

// writeTable writes a table of the shape.
func (o *options) writeTable(path string) error {
	w, err := data.Create(path, defaults.Names("x", shape.Dim))
	if err != nil {
		return err
	}
	defer w.Discard()
	const piece = 10_000
	x := shape.Data(piece).RawMatrix().Data
	for left := o.rows; left > 0; left -= piece {
		if err = w.Write(x[:min(left, piece)*shape.Dim]); err != nil {
			return err
		}
	}
	return w.Close()
}

// postTable posts a file and counts the rows of the answer.
func (o *options) postTable(p *process, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	r, err := http.NewRequestWithContext(o.ctx, http.MethodPost, "http://"+p.addr+scorePath, f)
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "text/csv")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	lines, piece := 0, make([]byte, 64<<10)
	for {
		n, err := answer.Body.Read(piece)
		lines += bytes.Count(piece[:n], []byte{'\n'})
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
	}
	if lines != o.rows+1 {
		return fmt.Errorf("status %d and %d lines, want %d", answer.StatusCode, lines, o.rows+1)
	}
	return nil
}

// peakMemory is the largest resident memory of a process so far, in MB, on Linux.
func peakMemory(pid int) (int, error) { return status(pid, "VmHWM:") }

// memoryNow is its current resident memory, in MB.
func memoryNow(pid int) (int, error) { return status(pid, "VmRSS:") }

func status(pid int, field string) (int, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	_, rest, ok := strings.Cut(string(text), field)
	if !ok {
		return 0, fmt.Errorf("/proc has no %s", field)
	}
	kB, err := strconv.Atoi(strings.Fields(rest)[0])
	return kB / 1024, err
}
