// Gaussflow-beam runs the pipelines of package beam on Prism, in this process, or on a job server, such as Flink's, with
// --runner=universal --endpoint=HOST:PORT.
//
//	gaussflow-beam --do=score   --files='lake/*.csv' --model=m.gflow --out=scored
//	gaussflow-beam --do=profile --files='lake/*.csv' --columns=a,b   --out=facts.json
//	gaussflow-beam --do=rbig    --files='lake/*.csv' --columns=a,b   --out=m.gflow --blocks=10
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path"
	"strings"

	sdk "github.com/apache/beam/sdks/v2/go/pkg/beam"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/runners/prism"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/runners/universal"

	"gaussflow/beam"
)

var (
	do      = flag.String("do", "", "score, profile or rbig")
	files   = flag.String("files", "", "a glob of the files to read")
	columns = flag.String("columns", "", "the columns to read, with commas between them")
	model   = flag.String("model", "", "the file of the model to score with")
	out     = flag.String("out", "", "the folder (score) or file to write")
	blocks  = flag.Int("blocks", 10, "rotations, and maps of the columns, of rbig")
	folder  = flag.String("folder", "", "where workers leave summaries of rbig for this program, on a file system that both see")
	runner  = flag.String("runner", "prism", "prism, or universal with --endpoint")
)

func main() {
	flag.Parse()
	sdk.Init() // a worker goes on from here
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "gaussflow-beam:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	if *files == "" || *out == "" {
		return errors.New("--files and --out, want both")
	}
	if *do != "score" && *columns == "" {
		return errors.New("--columns, want the names of the columns")
	}
	switch *do {
	case "score":
		return score(ctx)
	case "profile":
		return runOn(ctx, func(s sdk.Scope) {
			beam.Keep(s, *out, beam.Profile(s, beam.Files(s, *files), strings.Split(*columns, ",")))
		})
	case "rbig":
		flow, err := beam.FitRBIG(ctx, beam.RBIGConfig{Files: *files, Columns: strings.Split(*columns, ","), Blocks: *blocks, Folder: *folder,
			Run: func(ctx context.Context, p *sdk.Pipeline) error {
				_, err := sdk.Run(ctx, *runner, p)
				return err
			}})
		if err != nil {
			return err
		}
		return flow.Save(*out)
	}
	return fmt.Errorf("--do=%s, want score, profile or rbig", *do)
}

func score(ctx context.Context) error {
	raw, err := os.ReadFile(*model)
	if err != nil {
		return err
	}
	return runOn(ctx, func(s sdk.Scope) {
		beam.Keep(s, path.Join(*out, "totals.json"), beam.Total(s, beam.ScoreFiles(s, raw, *out, beam.Files(s, *files))))
	})
}

// runOn runs what build makes.
func runOn(ctx context.Context, build func(sdk.Scope)) error {
	p, s := sdk.NewPipelineWithRoot()
	build(s)
	_, err := sdk.Run(ctx, *runner, p)
	return err
}
