package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"

	"gaussflow/bench"
	"gaussflow/graph"
	"gaussflow/initializers"
	"gaussflow/rows"
	"gaussflow/train"
)

// streamed is the diagonal flow that is trained on a stream.
var streamed = bench.Shape{Name: "stream", Dim: 43, Blocks: 6, Components: 8, Batch: 512}

// epoch is what a child process prints about its epoch.
type epoch struct {
	Seconds  float64 `json:"seconds"`
	Loss     float64 `json:"loss"`
	Resident [3]int  `json:"resident"` // bytes after a tenth of the rows, half of them and all
}

// streams times an epoch on a table that is generated while it is read, in a process of its own.
func streams(m *meter, _ *report) (section, error) {
	s := section{Unit: "rows/s"}
	rows := 1_000_000
	if m.quick {
		rows = 50_000
	}
	name := fmt.Sprintf("%d×%d/float32", rows, streamed.Dim)
	if !m.wanted("stream", name) {
		return s, nil
	}
	c, err := child(fmt.Sprint("stream ", rows))
	if err != nil {
		return s, err
	}
	var words bytes.Buffer
	c.Stderr = &words
	out, err := c.Output()
	if err != nil {
		return s, fmt.Errorf("%w: %s", err, lastLine(words.String()))
	}
	var e epoch
	if err := json.Unmarshal(out, &e); err != nil {
		return s, err
	}
	r := result{Case: name, Who: "fused, " + counted(m.cores, "worker"), Value: float64(rows) / e.Seconds}
	r.fill([]float64{e.Seconds})
	s.Cases = []result{r}
	s.Notes = append(e.notes(rows), fmt.Sprintf("FitSource, one epoch of a diagonal flow of %d blocks and K = %d in batches of %d; the window of the shuffle is %d rows. Making the rows is part of the time.",
		streamed.Blocks, streamed.Components, streamed.Batch, window(rows)))
	return s, nil
}

func (e epoch) notes(rows int) []string {
	if e.Resident[0] == 0 {
		return nil
	}
	mb := func(bytes int) float64 { return float64(bytes) / 1e6 }
	return []string{fmt.Sprintf("Resident memory: %.1f MB after a tenth of the rows, %.1f MB after half, %.1f MB at the end; the whole table would be %.0f MB in float32.",
		mb(e.Resident[0]), mb(e.Resident[1]), mb(e.Resident[2]), mb(4*rows*streamed.Dim))}
}

// window is the size of the shuffle's window, which is full before a tenth of the rows has been read.
func window(rows int) int { return rows / 16 }

// streamEpoch trains for one epoch and prints how it went.
func streamEpoch(rows int) error {
	f, err := streamed.Flow(graph.Float32)
	if err != nil {
		return err
	}
	if err := f.Compile(train.Config{Optimizer: train.Adam{LearningRate: 1e-3}}); err != nil {
		return err
	}
	var e epoch
	seen := 0
	watch := train.LambdaCallback{BatchEnd: func(*train.State) error {
		before := seen
		seen += streamed.Batch
		for i, mark := range []int{rows / 10, rows / 2} {
			if before < mark && mark <= seen {
				e.Resident[i] = resident()
			}
		}
		return nil
	}}
	h, err := f.FitSource(context.Background(), normalTable{rows, streamed.Dim}, train.FitConfig{
		BatchSize: streamed.Batch, ShuffleRows: window(rows), Callbacks: []train.Callback{watch}})
	if err != nil {
		return err
	}
	e.Seconds, e.Loss, e.Resident[2] = h.Seconds[0], h.Loss[0], resident()
	return json.NewEncoder(os.Stdout).Encode(e)
}

// normalTable is a table of independent N(0, 1) numbers, the same in every pass.
type normalTable struct{ rows, dim int }

// Dim is the number of columns.
func (n normalTable) Dim() int { return n.dim }

// Open starts at the first row.
func (n normalTable) Open() (rows.Reader, error) {
	return &normalRows{n, initializers.NewRand(6, 0)}, nil
}

// normalRows generates the remaining rows of a pass.
type normalRows struct {
	normalTable
	rng *rand.Rand
}

// Read makes the next rows.
func (n *normalRows) Read(dst []float64) (rows int, err error) {
	if n.rows == 0 {
		return 0, io.EOF
	}
	rows = min(len(dst)/n.dim, n.rows)
	for i := range dst[:rows*n.dim] {
		dst[i] = n.rng.NormFloat64()
	}
	n.rows -= rows
	return rows, nil
}

// Close does nothing.
func (*normalRows) Close() error { return nil }
