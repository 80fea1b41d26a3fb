package report

import (
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/gonum/stat"

	"gaussflow/tabular"
)

// fact is a line of the table of facts; Why explains it, where it needs that.
type fact struct{ Name, Value, Why string }

// facts are what is known of the model and of the rows.
func (s *study) facts() []fact {
	t, c := s.Model.Training, s.Model.Config
	n, _ := s.rows.Dims()
	all := []fact{
		{"Rows of " + s.Name, count(n), "looked at in this page" + s.missing()},
		{"Columns", count(len(s.names)), s.leftOut()},
		{"Kind of flow", s.family(), s.layers()},
		{"Parameters", count(s.flow.TrainableParams()), "numbers that the fit has set"},
	}
	add := func(name, value, why string) { all = append(all, fact{name, value, why}) }
	if t.Rows > 0 {
		add("Rows fitted to", count(t.Rows), "")
	}
	if t.ValidationRows > 0 {
		add("Rows held out", count(t.ValidationRows), "not fitted to; they chose the epoch to keep")
	}
	if c.Preset != "" {
		add("Preset", string(c.Preset), "")
	}
	all = append(all, s.epochs()...)
	if t.Seconds > 0 {
		add("Time of the fit", number(t.Seconds, 3)+" s", "")
	}
	if t.ValidationRows > 0 {
		add("Held-out mean log-likelihood", s.heldOut(), "nats a row: the mean of log p over the rows held out, ± its standard error")
	}
	add("Storage type", string(s.flow.Dtype()), "")
	if t.Kernels != "" {
		add("Instruction set", t.Kernels, "of the processor that the fit was made on")
	}
	return all
}

func (s *study) missing() string {
	if s.Missing == 0 {
		return ""
	}
	return "; " + many(s.Missing, "row", "rows") + " with missing cells left out"
}

func (s *study) leftOut() string {
	if n := len(s.Model.Columns) - len(s.names); n > 0 {
		return many(n, "constant column", "constant columns") + " left out"
	}
	return ""
}

func (s *study) epochs() []fact {
	h := s.Model.Training.History
	if h == nil || len(h.Loss) == 0 {
		return nil
	}
	f := []fact{{"Epochs", count(len(h.Loss)), "passes over the rows"}}
	for i, e := range h.Epoch {
		if e == h.BestEpoch && len(h.ValLoss) == len(h.Loss) {
			f = append(f, fact{"Best epoch", count(i + 1), "of the least validation loss; its parameters were kept"})
		}
	}
	return f
}

// heldOut is the mean log p of the validation rows. Their spread is that of the stored reference, where they are it.
func (s *study) heldOut() string {
	t := s.Model.Training
	mean := nats(t.LogLikelihood)
	if q := s.Model.Reference; t.ReferenceRows == t.ValidationRows && len(q) > 1 {
		return mean + " ± " + nats(stat.StdDev(q, nil)/math.Sqrt(float64(t.ValidationRows)))
	}
	return mean
}

// family is the kind of flow in words.
func (s *study) family() string {
	switch s.Model.Config.Family {
	case tabular.Aligned, tabular.Rotated:
		return "coupling flow"
	case tabular.Diagonal:
		return "Gaussianization flow"
	}
	return "normalizing flow"
}

// layers are counted, with what tells the families apart.
func (s *study) layers() string {
	text := many(len(s.flow.Layers()), "layer", "layers")
	switch s.Model.Config.Family {
	case tabular.Aligned:
		return text + ", which bend the table's own columns"
	case tabular.Rotated:
		return text + ", which turn the columns into each other and bend them"
	}
	return text
}

// column is a line of the table of columns.
type column struct{ Name, Mean, Std, Distinct, Note string }

func (s *study) columns() []column {
	var out []column
	kept := 0
	for _, c := range s.Model.Columns {
		line := column{Name: c.Name, Mean: value(c.Mean), Std: value(c.Std), Distinct: count(c.Distinct)}
		var notes []string
		switch {
		case c.Dropped:
			notes = append(notes, "constant, not in the model")
		case s.quanta[kept] > 0:
			notes = append(notes, "on a grid, spread over steps of "+value(s.quanta[kept]))
		case c.Distinct > 0 && c.Tied(s.Model.Training.Rows):
			notes = append(notes, "many equal values")
		}
		if !c.Dropped {
			kept++
		}
		line.Note = strings.Join(notes, "; ")
		out = append(out, line)
	}
	return out
}

// warnings are the model's, and what this table adds.
func (s *study) warnings() []string {
	var w []string
	for _, m := range s.Model.Warnings {
		w = append(w, sentence(m.String()))
	}
	if s.Missing > 0 {
		w = append(w, sentence(many(s.Missing, "row", "rows")+" of "+s.Name+" left out: a cell is missing"))
	}
	if lost := sampled - len(s.sampleLogProb); lost > 0 {
		w = append(w, fmt.Sprintf("%s of %s samples are not finite and are left out.", count(lost), count(sampled)))
	}
	n, _ := s.rows.Dims()
	for j, c := range s.Model.Columns {
		differ := 0
		for i := 0; c.Dropped && i < n; i++ {
			if s.Rows.At(i, j) != c.Mean {
				differ++
			}
		}
		if differ > 0 {
			w = append(w, fmt.Sprintf("%s was constant at %s when the model was fitted; it differs in %s here, and log p does not see it.", c.Name, value(c.Mean), many(differ, "row", "rows")))
		}
	}
	return w
}

// sentence starts with a capital and ends with a stop.
func sentence(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + strings.TrimSuffix(s[1:], ".") + "."
}
