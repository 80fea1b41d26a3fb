package beam

import (
	"math/rand/v2"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"gaussflow/serve"
)

func init() {
	register.DoFn2x1[int, func(Drawn), error](&sampleFn{})
	register.Emitter1[Drawn]()
	beam.RegisterType(reflectOf[Drawn]())
}

// A Drawn is a row that was drawn.
type Drawn struct {
	Row    int       // from 0
	Values []float64 // of the model's columns, in its order
}

// sampleRows is how many rows are drawn by one seed of their own.
const sampleRows = 8192

// Sample draws n rows of a model, the bytes of whose file are given: the same ones for a seed, whatever the workers.
func Sample(s beam.Scope, model []byte, n int, seed uint64) beam.PCollection {
	s = s.Scope("beam.Sample")
	var first []int
	for at := 0; at < n; at += sampleRows {
		first = append(first, at)
	}
	return beam.ParDo(s, &sampleFn{Model: model, N: n, Seed: seed}, beam.Reshuffle(s, beam.CreateList(s, first)))
}

type sampleFn struct {
	Model []byte
	N     int
	Seed  uint64
	model serve.Model
}

// Setup reads the model.
func (s *sampleFn) Setup() (err error) {
	s.model, err = decode(s.Model)
	return err
}

// ProcessElement draws the rows from first on.
func (s *sampleFn) ProcessElement(first int, emit func(Drawn)) error {
	x, err := s.model.Sample(min(sampleRows, s.N-first), nil, rand.New(rand.NewPCG(s.Seed, uint64(first))))
	if err != nil {
		return err
	}
	n, _ := x.Dims()
	for i := range n {
		emit(Drawn{first + i, append([]float64(nil), x.RawRowView(i)...)})
	}
	return nil
}
