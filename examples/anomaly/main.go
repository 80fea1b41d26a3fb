// Command anomaly scores labelled tables by the one-class protocol and prints ROC-AUC and log p beside the figures of
// other methods. All tables are fitted with one preset, and the fit never sees labels.
//
//	go run ./examples/anomaly -dir ../shared/data/adbench
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"

	"gaussflow/tabular"
)

func main() {
	dir := flag.String("dir", "../shared/data/adbench", "`folder` of NPZ files with arrays X (rows × features) and y (1: anomaly)")
	seeds := flag.Int("seeds", 3, "shuffles and fits of each table; figures are means over them")
	preset := flag.String("preset", "", "fast, default or best")
	workers := flag.Int("workers", 0, "processors a fit uses; 0: all")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	config := tabular.Config{Preset: tabular.Preset(*preset), Workers: *workers, DropConstant: true}
	if err := run(ctx, *dir, *seeds, config, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "anomaly:", err)
		os.Exit(1)
	}
}
