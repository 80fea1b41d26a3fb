package report

import (
	"strings"

	"gaussflow/columns"
)

// listedColumns is the most lines of the table of columns.
const listedColumns = 1000

// column is a line of the table of columns.
type column struct{ Name, Kind, What, Note string }

// columnList is the table of columns: those of the model, and those without a density.
type columnList struct {
	Modelled, Others []column
	More             int // number of columns left out, because the lists have a bounded size
}

func (s *study) columnList() (l columnList) {
	if schema := s.Model.Schema; schema != nil {
		l.fromSchema(schema)
	} else {
		l.Modelled = s.columns()
	}
	for _, list := range []*[]column{&l.Modelled, &l.Others} {
		if len(*list) > listedColumns {
			l.More += len(*list) - listedColumns
			*list = (*list)[:listedColumns]
		}
	}
	return l
}

func (l *columnList) fromSchema(schema *columns.Schema) {
	for k := range schema.Columns {
		c := &schema.Columns[k]
		line := column{Name: c.Name, Kind: kindWords[c.Kind], What: cutAt(c.Describe(), 160)}
		if c.Missing > 0 && schema.Rows > 0 {
			line.What += "; " + percent(float64(c.Missing)/float64(schema.Rows)) + " missing"
		}
		if c.Bad != nil && c.Bad.Count > 0 {
			line.Note = sentence(many(c.Bad.Count, "cell", "cells") + " could not be read, the first " + quoted(c.Bad.Text) + " in row " + count(c.Bad.Row))
		}
		if c.Modelled() {
			l.Modelled = append(l.Modelled, line)
			continue
		}
		line.Note = strings.TrimSpace(line.Note + " " + unmodelled[c.Kind])
		l.Others = append(l.Others, line)
	}
}

var kindWords = map[columns.Kind]string{
	columns.Numbers: "numbers", columns.Grid: "numbers on a grid", columns.Boolean: "yes or no", columns.Category: "category", columns.Time: "dates",
	columns.Derived: "computed", columns.Constant: "constant", columns.Text: "text", columns.Identifier: "identifier", columns.Empty: "empty", columns.Ignored: "ignored",
}

// unmodelled says for each kind why a column has no density.
var unmodelled = map[columns.Kind]string{
	columns.Derived:    "It follows from other columns and is computed in sampled rows.",
	columns.Constant:   "It has the same value in all rows, sampled ones too.",
	columns.Text:       "Left out: hardly any value comes twice.",
	columns.Identifier: "Left out: it names rows and does not describe them.",
	columns.Empty:      "Left out: it has no value.",
	columns.Ignored:    "Left out, as specified by the schema.",
}

// columns are the lines for a model without a schema.
func (s *study) columns() []column {
	var out []column
	kept := 0
	for _, c := range s.Model.Columns {
		line := column{Name: c.Name, Kind: "numbers", What: "mean " + value(c.Mean) + ", standard deviation " + value(c.Std)}
		if c.Distinct > 0 {
			line.What += ", " + many(c.Distinct, "value", "different values")
		}
		switch {
		case c.Dropped:
			line.Kind, line.What, line.Note = "constant", value(c.Mean), "Not in the model: "+unmodelled[columns.Constant]
		case s.quanta[kept] > 0:
			line.Kind, line.Note = "numbers on a grid", "Spread over steps of "+value(s.quanta[kept])+" for the fit."
		case c.Distinct > 0 && c.Tied(s.Model.Training.Rows):
			line.Note = "Many equal values."
		}
		if !c.Dropped {
			kept++
		}
		out = append(out, line)
	}
	return out
}

// cutAt shortens a text at a word.
func cutAt(s string, most int) string {
	runes := []rune(s)
	if len(runes) <= most {
		return s
	}
	cut := string(runes[:most])
	if at := strings.LastIndex(cut, " "); at > most/2 {
		cut = cut[:at]
	}
	return cut + " …"
}

func quoted(s string) string { return "“" + cutAt(s, 40) + "”" }
