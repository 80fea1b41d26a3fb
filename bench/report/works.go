package main

import (
	"fmt"
	"os"
	"time"

	"gonum.org/v1/gonum/mat"

	"gaussflow/bench"
	"gaussflow/graph"
)

// work is the section for one of bench's works; asked is the peers' name for it.
func work(name, title string, w bench.Work, asked string) part {
	return workOn(name, title, w, func(shape bench.Shape) (request, error) {
		return request{Work: asked, Shape: shape.Name}, nil
	})
}

// workOn is work with a function that makes the request to the peers for a shape, which may store the parameters that
// they need.
func workOn(name, title string, w bench.Work, asked func(shape bench.Shape) (request, error)) part {
	return part{name, title, func(m *meter, _ *report) (s section, err error) {
		for _, shape := range m.shapes {
			for _, dtype := range []graph.Dtype{graph.Float32, graph.Float64} {
				on := fmt.Sprintf("%s/%s", shape.Name, dtype)
				if !m.wanted(name, on) {
					continue
				}
				field := m.inside(w, shape, dtype)
				if len(field) == 0 { // no contestant does this work on the shape
					continue
				}
				var q request
				if dtype == graph.Float32 { // the peers compute in float32
					if q, err = asked(shape); err != nil {
						return s, err
					}
					field = append(field, m.outside(shape, q)...)
				}
				s.Cases = append(s.Cases, m.race(on, field)...)
				if q.Path != "" {
					os.Remove(q.Path)
				}
			}
		}
		return s, nil
	}}
}

// sampleTrained requests samples of our trained flow, whose parameters it stores.
func sampleTrained(shape bench.Shape) (q request, err error) {
	f, err := shape.Trained(graph.Float32)
	if err != nil {
		return q, err
	}
	var numbers []float64
	for _, p := range f.Params() {
		numbers = append(numbers, p.Values()...)
	}
	path, err := writeNpy(mat.NewDense(1, len(numbers), numbers))
	return request{Work: "sample", Shape: shape.Name, Path: path}, err
}

// inside are bench's contestants for a work; only a step has workers.
func (m *meter) inside(w bench.Work, shape bench.Shape, dtype graph.Dtype) (field []contestant) {
	for _, c := range bench.Contestants {
		slow := shape.Name == "diagonal" && (c.Name == "composed" || c.Name == "stock")
		if !c.Does(shape, w) || slow && m.quick {
			continue
		}
		workers := []int{m.cores}
		if w == bench.Step && c.Name != "stock" { // a tape machine has no shards
			workers = m.workers()
		}
		for _, n := range workers {
			who := c.Name
			if len(workers) > 1 {
				who = fmt.Sprintf("%s, %s", c.Name, counted(n, "worker"))
			}
			one := m.prepared(who, func() (bench.Run, error) { return c.New(shape, dtype, w, n) })
			one.vital = c.Name == "fused" || c.Name == "manual"
			field = append(field, one)
		}
	}
	return field
}

// prepared is a contestant that is set up when it is first run.
func (m *meter) prepared(who string, make func() (bench.Run, error)) contestant {
	var run bench.Run
	return clocked(who, func(n int) (took time.Duration, err error) {
		if run == nil {
			if run, err = make(); err != nil {
				return 0, err
			}
		}
		return run.Time(n)
	})
}

// outside are a shape's peers with a request.
func (m *meter) outside(shape bench.Shape, q request) (field []contestant) {
	for _, k := range peersOf(shape) {
		for _, k := range m.settings(k) {
			field = append(field, m.asking(k, q))
		}
	}
	return field
}

// asking is the contestant that sends a request to a peer.
func (m *meter) asking(k kind, q request) contestant {
	return contestant{who: k.name(), outside: true, do: func(n int) (lap, error) {
		q.Iterations = n
		r, err := m.ask(k, q)
		return lap{r.Seconds, r.CompileSeconds}, err
	}}
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
