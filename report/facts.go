package report

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"gaussflow/tabular"
)

// fact is a line of the table of facts; Why explains it, if needed.
type fact struct{ Name, Value, Why string }

// facts are what is known about the model and the rows.
func (s *study) facts() []fact {
	t, c := s.Model.Training, s.Model.Config
	n, _ := s.rows.Dims()
	all := []fact{
		{"Rows of " + s.Name, count(n), "looked at in this page" + s.drawn() + s.missing()},
		{"Columns", count(len(s.names)), s.leftOut()},
		{"Kind of model", s.family(), s.layers()},
		{"Parameters", count(s.parameters()), "numbers determined by the fit"},
	}
	add := func(name, value, why string) { all = append(all, fact{name, value, why}) }
	if t.Rows > 0 {
		why := ""
		if t.TableRows > 0 {
			why = "these and those held out were drawn evenly from the " + count(t.TableRows) + " of the table"
		}
		add("Rows fitted to", count(t.Rows), why)
	}
	if t.ValidationRows > 0 {
		add("Rows held out", count(t.ValidationRows), "not used to fit the parameters, but to choose the epoch to keep")
	}
	if c.Preset != "" {
		add("Preset", string(c.Preset), "")
	}
	all = append(all, s.epochs()...)
	if t.Seconds > 0 {
		add("Time of the fit", number(t.Seconds, 3)+" s", "")
	}
	if s.flow != nil {
		add("Storage type", string(s.flow.Dtype()), "")
	}
	if t.Kernels != "" {
		add("Instruction set", t.Kernels, "used for the fit")
	}
	return all
}

func (s *study) parameters() int {
	if s.flow == nil {
		return s.Model.Training.Parameters
	}
	return s.flow.TrainableParams()
}

// drawn says how many rows the examined ones were drawn from.
func (s *study) drawn() string {
	if n, _ := s.Rows.Dims(); s.Of <= n {
		return ""
	}
	return ", drawn evenly from the " + count(s.Of) + " of the table"
}

func (s *study) missing() string {
	if s.Missing == 0 {
		return ""
	}
	return "; " + many(s.Missing, "row", "rows") + " with missing cells left out"
}

func (s *study) leftOut() string {
	if schema := s.Model.Schema; schema != nil {
		if n := len(schema.Columns) - len(s.names); n > 0 {
			return many(n, "column", "columns") + " of the table not modelled, for the reasons in the table of columns"
		}
		return ""
	}
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
			f = append(f, fact{"Best epoch", count(i + 1), "the one with the lowest validation loss; its parameters were kept"})
		}
	}
	return f
}

// family describes the kind of model.
func (s *study) family() string {
	if s.flow == nil {
		return "any-order density"
	}
	switch s.Model.Config.Family {
	case tabular.Aligned, tabular.Rotated:
		return "coupling flow"
	case tabular.Diagonal:
		return "Gaussianization flow"
	}
	return "normalizing flow"
}

// layers describes the number of layers and the features of the family.
func (s *study) layers() string {
	if s.flow == nil {
		return "one network that gives the distribution of each column given any of the others"
	}
	text := many(len(s.flow.Layers()), "layer", "layers")
	switch s.Model.Config.Family {
	case tabular.Aligned:
		return text + ", which transform the table's columns without mixing them"
	case tabular.Rotated:
		return text + ", which rotate the columns and transform them"
	}
	return text
}

// sentence capitalizes a text and ends it with a full stop.
func sentence(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToUpper(first)) + strings.TrimSuffix(s[size:], ".") + "."
}
