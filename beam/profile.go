package beam

import (
	"encoding/json"
	"math"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
)

func init() {
	register.DoFn1x2[[]byte, string, error](&profileFn{})
}

// Facts are what Profile says of a table.
type Facts struct {
	Rows    int64         `json:"rows"`
	Refused int64         `json:"refused"` // left out for a cell of the columns that is no finite number
	Columns []ColumnFacts `json:"columns"`
}

// ColumnFacts are what it says of a column.
type ColumnFacts struct {
	Name      string             `json:"name"`
	Mean      float64            `json:"mean"`
	Std       float64            `json:"std"` // divisor N
	Min       float64            `json:"min"`
	Max       float64            `json:"max"`
	Quantiles map[string]float64 `json:"quantiles"` // off by at most 1/256 of their size
}

// Profile is one text, the Facts of all Files as JSON, of the columns named.
func Profile(s beam.Scope, files beam.PCollection, columns []string) beam.PCollection {
	s = s.Scope("beam.Profile")
	return beam.ParDo(s, &profileFn{columns}, Summarize(s, files, columns, nil, true))
}

type profileFn struct{ Columns []string }

// ProcessElement says what is in a summary.
func (p *profileFn) ProcessElement(raw []byte) (string, error) {
	s, err := decodeSummary(raw)
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(s.facts(p.Columns))
	return string(text), err
}

// facts are those of columns of these names.
func (s *Summary) facts(names []string) Facts {
	f := Facts{Rows: s.Rows, Refused: s.Refused}
	if s.Rows == 0 {
		return f
	}
	mean, covariance := s.moments()
	for j, c := range s.Cells {
		q := c.quantiles(s.Rows, 100) // at 0.005, 0.015, …
		f.Columns = append(f.Columns, ColumnFacts{Name: names[j], Mean: mean[j], Std: math.Sqrt(max(covariance.At(j, j), 0)), Min: c.Min, Max: c.Max,
			Quantiles: map[string]float64{"0.05": (q[4] + q[5]) / 2, "0.25": (q[24] + q[25]) / 2, "0.5": (q[49] + q[50]) / 2, "0.75": (q[74] + q[75]) / 2, "0.95": (q[94] + q[95]) / 2}})
	}
	return f
}
