package report

import (
	"fmt"
	"strings"
)

// namedColumns is how many columns a sentence names; the others are counted.
const namedColumns = 4

// warnings are the model's, followed by those about this table, one sentence each.
func (s *study) warnings() []string {
	var w []string
	for _, m := range s.Model.Warnings {
		text := m.Text
		if len(m.Columns) > 0 {
			text += ": " + few(m.Columns)
		}
		w = append(w, sentence(text))
	}
	if s.Missing > 0 {
		w = append(w, sentence(many(s.Missing, "row", "rows")+" of "+s.Name+" left out: a cell is missing"))
	}
	if lost := sampled - len(s.sampleLogProb); s.flow != nil && lost > 0 {
		w = append(w, fmt.Sprintf("%s of %s samples are not finite and are left out.", count(lost), count(sampled)))
	}
	return append(w, s.changed()...)
}

// changed says which columns that were constant for the fit are not constant here.
func (s *study) changed() (w []string) {
	n, _ := s.rows.Dims()
	for j, c := range s.Model.Columns {
		differ := 0
		for i := 0; c.Dropped && i < n; i++ {
			if s.Rows.At(i, j) != c.Mean {
				differ++
			}
		}
		if differ > 0 {
			w = append(w, fmt.Sprintf("%s was constant at %s when the model was fitted; it differs in %s here, which log p does not take into account.", c.Name, value(c.Mean), many(differ, "row", "rows")))
		}
	}
	if len(w) > namedColumns {
		more := len(w) - namedColumns
		w = append(w[:namedColumns], sentence("the same holds for "+many(more, "further column", "further columns")))
	}
	return w
}

// few lists the first names and the number of the others.
func few(names []string) string {
	if len(names) <= namedColumns+1 {
		return list(names)
	}
	return strings.Join(names[:namedColumns], ", ") + " and " + count(len(names)-namedColumns) + " more"
}
