// Gaussflow-beam runs the pipelines of package beam on Prism, in this process, or with --runner=flink --endpoint=HOST:PORT on the cluster
// of a job server. On a cluster --environment_type=LOOPBACK keeps the workers in this process. With --environment_type=PROCESS the cluster starts this
// program on its machines as a worker, under the path that it has here or that of --environment_config='{"command":"PATH"}'.
//
//	gaussflow-beam --do=score   --files='lake/*.csv' --model=m.gflow --out=scored
//	gaussflow-beam --do=profile --files='lake/*.csv' --columns=a,b   --out=facts.json
//	gaussflow-beam --do=sample  --model=m.gflow --rows=1000000       --out=drawn --seed=1
//	gaussflow-beam --do=rbig    --files='lake/*.csv' --columns=a,b   --out=m.gflow --blocks=10
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strings"

	sdk "github.com/apache/beam/sdks/v2/go/pkg/beam"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/runners/flink"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/runners/prism"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/runners/universal"

	"gaussflow/beam"
)

var (
	do      = flag.String("do", "", "score, profile, sample or rbig")
	files   = flag.String("files", "", "a glob of the files to read")
	columns = flag.String("columns", "", "the columns to read, with commas between them")
	model   = flag.String("model", "", "the file of the model to score with or to draw from")
	out     = flag.String("out", "", "the folder (score, sample) or file to write")
	rows    = flag.Int("rows", 0, "how many rows to draw")
	seed    = flag.Uint64("seed", 0, "of sample and rbig: the same seed gives the same result")
	blocks  = flag.Int("blocks", 10, "rotations, and maps of the columns, of rbig")
	folder  = flag.String("folder", "", "where workers leave summaries of rbig for this program, on a file system that both see")
	runner  = flag.String("runner", "prism", "prism (in this process), or flink or universal (the job server of --endpoint)")
)

func main() {
	flag.Parse()
	err := settle(context.Background())
	if err == nil {
		sdk.Init() // a worker goes on from here
		err = run(context.Background())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "gaussflow-beam:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	if err := complete(); err != nil {
		return err
	}
	switch *do {
	case "score":
		return withModel(ctx, func(s sdk.Scope, raw []byte) sdk.PCollection {
			return beam.ScoreFiles(s, raw, *out, beam.Files(s, *files))
		})
	case "sample":
		return withModel(ctx, func(s sdk.Scope, raw []byte) sdk.PCollection {
			return beam.SampleFiles(s, raw, *rows, *seed, *out)
		})
	case "profile":
		return runOn(ctx, func(s sdk.Scope) {
			beam.Keep(s, *out, beam.Profile(s, beam.Files(s, *files), strings.Split(*columns, ",")))
		})
	}
	flow, err := beam.FitRBIG(ctx, beam.RBIGConfig{Files: *files, Columns: strings.Split(*columns, ","), Blocks: *blocks, Seed: *seed, Folder: *folder,
		Run: func(ctx context.Context, p *sdk.Pipeline) error {
			_, err := sdk.Run(ctx, *runner, p)
			return err
		}})
	if err != nil {
		return err
	}
	return flow.Save(*out)
}

// complete returns an error if a flag is missing for --do, which says what that flag is.
func complete() error {
	wanted, known := map[string][]string{
		"score": {"files", "model", "out"}, "sample": {"model", "rows", "out"}, "profile": {"files", "columns", "out"}, "rbig": {"files", "columns", "out"},
	}[*do]
	if !known {
		return fmt.Errorf("--do=%s, want score, profile, sample or rbig", *do)
	}
	for _, name := range wanted {
		if f := flag.Lookup(name); f.Value.String() == f.DefValue {
			return fmt.Errorf("--do=%s without --%s, want %s", *do, name, f.Usage)
		}
	}
	if *rows < 0 {
		return fmt.Errorf("--rows=%d, want at least 1", *rows)
	}
	return nil
}

// withModel runs the pipeline that build makes of the bytes of the model's file, and writes the Totals of its files to totals.json beside them.
func withModel(ctx context.Context, build func(s sdk.Scope, raw []byte) sdk.PCollection) error {
	raw, err := os.ReadFile(*model)
	if err != nil {
		return err
	}
	return runOn(ctx, func(s sdk.Scope) {
		beam.Keep(s, beam.Join(*out, "totals.json"), beam.Total(s, build(s, raw)))
	})
}

// runOn runs what build makes.
func runOn(ctx context.Context, build func(sdk.Scope)) error {
	p, s := sdk.NewPipelineWithRoot()
	build(s)
	_, err := sdk.Run(ctx, *runner, p)
	return err
}
