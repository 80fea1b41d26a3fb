package columns_test

import (
	"context"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"strconv"
	"testing"
	"time"

	"gaussflow/columns"
	"gaussflow/internal/testsize"
)

// made is a table whose rows are made as they are read: numbers that are stored, and text where texts says so.
type made struct {
	rows, width int
	texts       bool
	row         func(i int) // is called before each row, for a test to look at the state
}

func (m *made) Names() (names []string) {
	for j := range m.width {
		names = append(names, "c"+strconv.Itoa(j))
	}
	return names
}

func (m *made) Pass() (columns.Pass, error) {
	return &madePass{made: m, rng: rand.New(rand.NewPCG(1, 2)), values: make([]float64, m.width)}, nil
}

type madePass struct {
	*made
	rng    *rand.Rand
	at     int
	values []float64
	text   []byte
}

func (p *madePass) Next() error {
	if p.at == p.rows {
		return io.EOF
	}
	if p.at++; p.row != nil {
		p.row(p.at)
	}
	for j := range p.values {
		if p.values[j] = p.rng.NormFloat64(); j%2 > 0 {
			p.values[j] = math.Round(10 * p.values[j])
		}
	}
	return nil
}

func (p *madePass) Fault() string { return "" }

func (p *madePass) Number(j int) (float64, bool) { return p.values[j], !p.texts }

func (p *madePass) Text(j int) []byte {
	p.text = columns.AppendNumber(p.text[:0], p.values[j])
	return p.text
}

func (p *madePass) Place() (row, line int) { return p.at, 0 }

func (p *madePass) Close() error { return nil }

// TestMemoryIsBounded: what profiling holds does not grow with the rows, ten columns stored as numbers or as text.
func TestMemoryIsBounded(t *testing.T) {
	const most = 48 << 20 // distinct values of ten columns, and two blocks
	long := testsize.Of(t, 400_000, 200_000)
	for _, texts := range []bool{false, true} {
		var held uint64
		table := &made{rows: long, width: 10, texts: texts, row: func(i int) {
			if i%100_000 == 0 {
				var m runtime.MemStats
				runtime.GC()
				runtime.ReadMemStats(&m)
				held = max(held, m.HeapAlloc)
			}
		}}
		var before runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		s, err := columns.Profile(t.Context(), table, columns.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if s.Rows != long || held > before.HeapAlloc+most {
			t.Errorf("text %v: %d rows, %d MB held, want %d rows and at most %d MB", texts, s.Rows, (held-before.HeapAlloc)>>20, long, most>>20)
		}
		t.Logf("text %v: %d MB", texts, (held-before.HeapAlloc)>>20)
	}
}

// TestAnyProcessors: the schema does not depend on how many processors look for it.
func TestAnyProcessors(t *testing.T) {
	for _, texts := range []bool{false, true} {
		var first *columns.Schema
		for _, n := range []int{1, 2, 7} {
			before := runtime.GOMAXPROCS(n)
			s, err := columns.Profile(t.Context(), &made{rows: 30_000, width: 9, texts: texts}, columns.Options{Seed: 3})
			runtime.GOMAXPROCS(before)
			if err != nil {
				t.Fatal(err)
			}
			if first == nil {
				first = s
			}
			if !reflect.DeepEqual(s, first) {
				t.Errorf("%d processors, text %v: another schema", n, texts)
			}
		}
	}
}

// TestInterrupted: a context that ends ends the reading of a table without end within moments.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var ended time.Time
	table := &made{rows: math.MaxInt, width: 3, row: func(i int) {
		if i == 50_000 {
			ended = time.Now()
			cancel()
		}
	}}
	if _, err := columns.Profile(ctx, table, columns.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that of the context", err)
	}
	if took := time.Since(ended); took > 2*time.Second {
		t.Errorf("it went on for %v", took)
	}
}

// TestFirstStored: the one value of a column that stores numbers is known by its text, also behind and before missing cells.
func TestFirstStored(t *testing.T) {
	s, err := columns.Profile(t.Context(), &oneValue{}, columns.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if c := s.Columns[0]; c.Kind != columns.Category || c.Missing != 2 || len(c.Levels) != 1 || c.Levels[0].Text != "3.50" {
		t.Errorf("%s, %d missing, levels %+v, want a category of 3.50", c.Kind, c.Missing, c.Levels)
	}
}

// oneValue is a table of one column: missing in the first and third row, and in the second 3.5, which is written with two decimals.
type oneValue struct{ at int }

func (*oneValue) Names() []string { return []string{"a"} }

func (*oneValue) Pass() (columns.Pass, error) { return &oneValue{}, nil }

func (p *oneValue) Next() error {
	if p.at++; p.at > 3 {
		return io.EOF
	}
	return nil
}

func (*oneValue) Fault() string { return "" }

func (p *oneValue) Number(int) (float64, bool) {
	if p.at == 2 {
		return 3.5, true
	}
	return math.NaN(), true
}

func (p *oneValue) Text(int) []byte {
	if p.at == 2 {
		return []byte("3.50")
	}
	return nil
}

func (p *oneValue) Place() (row, line int) { return p.at, 0 }

func (*oneValue) Close() error { return nil }
