package main

import (
	"fmt"
	"io"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"gaussflow/flows"
	"gaussflow/graph/kernel"
)

const versionLong = `Version prints the version of the program and the facts needed for bug reports and timing comparisons: the version of
Go that it was built with, the operating system and the processor's architecture, the instruction set in use, and the
others that this processor has. To use another one: GAUSSFLOW_KERNELS=portable gaussflow ...`

const versionExample = `  gaussflow version
  GAUSSFLOW_KERNELS=portable gaussflow version --json`

// build describes the program and what it runs on.
type build struct {
	Version   string   `json:"version"`
	Go        string   `json:"go"`
	System    string   `json:"system"`
	Kernels   string   `json:"kernels"`   // the instruction set in use
	Available []string `json:"available"` // the sets that the processor has, fastest first
}

func newVersion() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:     "version",
		Short:   "Print version, system and instruction set",
		Long:    versionLong,
		Example: versionExample,
		Args:    arguments(),
		RunE: func(c *cobra.Command, _ []string) error {
			b := build{flows.Version, runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH, kernel.Set(), kernel.Sets()}
			if asJSON {
				return printJSON(c.OutOrStdout(), b)
			}
			return b.print(c.OutOrStdout())
		},
	}
	jsonFlag(c, &asJSON)
	return c
}

func (b build) print(out io.Writer) error {
	_, err := fmt.Fprintf(out, "gaussflow %s\n%s, %s\nkernels: %s (this processor has %s)\n",
		b.Version, b.Go, b.System, b.Kernels, strings.Join(b.Available, ", "))
	return err
}
