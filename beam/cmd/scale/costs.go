//go:build linux

package main

import "fmt"

// costs are the model: a pass behind k blocks takes rows·(row + k·block) seconds of processor time, and the fits between passes, which see
// summaries alone, take the same whatever the rows.
type costs struct {
	row, block float64 // seconds
	fits       float64 // of each block's maps and those ahead of them
	passes     int
}

// costsOf are the least squares of a run's passes. The first pass reads files, and each block then has two: before its rotation and behind.
func costsOf(r *run) costs {
	n := float64(len(r.Passes))
	var k, s, kk, ks float64
	for p, seconds := range r.Passes {
		depth := depthOf(p)
		k, s, kk, ks = k+depth, s+seconds, kk+depth*depth, ks+depth*seconds
	}
	slope := (n*ks - k*s) / (n*kk - k*k)
	rows := float64(r.Rows)
	return costs{row: (s - slope*k) / n / rows, block: slope / rows, fits: r.Fits / float64(1+len(r.Passes)/2), passes: len(r.Passes)}
}

// depthOf is how many blocks the rows of a pass go through: half of one before the rotation's maps are there.
func depthOf(pass int) float64 { return float64(pass) / 2 }

// processor is what a fit of so many rows takes.
func (c costs) processor(rows float64) float64 {
	sum := c.fits * float64(1+c.passes/2)
	for p := range c.passes {
		sum += rows * (c.row + depthOf(p)*c.block)
	}
	return sum
}

// say prints the model, and what it says of more rows.
func (c costs) say(r *run) {
	perRow := float64(r.Read) / float64(c.passes) / float64(r.Rows)
	perFile := float64(r.Shuffled) / float64(c.passes) / float64(*files)
	fmt.Printf("\n%d columns: %.2f µs of a processor for a row and pass, %.2f µs more for each block behind it, %.1f s for the fits between two blocks; %.0f bytes of files a row and pass, %.0f kB of summaries a file and pass\n\n",
		r.Columns, c.row*1e6, c.block*1e6, c.fits, perRow, perFile/1e3)
	c.passes = 1 + 2**of
	fmt.Printf("A fit of %d blocks, %d passes:\n\n", *of, c.passes)
	fmt.Println("| rows | read, TB | summaries of files of 10⁶ rows, GB | processor hours | hours on 100 processors |\n|---|---|---|---|---|")
	for _, rows := range []float64{1e8, 1e9, 1e10} {
		hours := c.processor(rows) / 3600
		fmt.Printf("| %.0e | %.2f | %.1f | %.1f | %.2f |\n", rows, rows*perRow*float64(c.passes)/1e12, rows/1e6*perFile*float64(c.passes)/1e9, hours, hours/100+c.fits*float64(1+*of)/3600)
	}
}
