package report

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"gaussflow/columns"
	"gaussflow/rows"
)

// tied is two columns that nearly determine each other, such as the start and the end of trips. Codes of both are equal in nearly all
// rows, however long the trips take; so the pair is compared by the codes of the first and of what is left of the second.
type tied struct {
	field *field
	codes [3][]uint8   // as of likenesses
	rests [2][]float64 // what is left in the table and in the samples
}

// ties are those among the columns of l; parts are the rows of which codes are wanted.
func (s *study) ties(l []likeness, parts [3][]int) map[[2]int]*tied {
	var numbers []int
	for _, v := range l {
		if !s.fields[v.a].category() {
			numbers = append(numbers, v.a)
		}
	}
	slices.Sort(numbers)
	all := map[[2]int]*tied{}
	for _, t := range rows.Ties(s.some, numbers, rows.Nearly) {
		v := &tied{rests: [2][]float64{t.Rest(s.some), t.Rest(s.samples)}}
		of := columns.Rest(s.fields[t.A].described(), s.fields[t.B].described(), t.Slope)
		v.field = newField(of.Name, of, 0, v.rests[0], v.rests[1])
		c := newCoder(v.field, v.rests[0])
		for k, rest := range [3][]float64{v.rests[0], v.rests[0], v.rests[1]} {
			for _, i := range parts[k] {
				v.codes[k] = append(v.codes[k], c.code(rest[i]))
			}
		}
		all[[2]int{t.A, t.B}] = v
	}
	return all
}

// described is the column, with its name if nothing else is known.
func (f *field) described() *columns.Column {
	if f.column != nil {
		return f.column
	}
	return &columns.Column{Name: f.name}
}

// note says where most of what is left lies.
func (t *tied) note() string {
	half := func(v []float64) string {
		ascending := slices.DeleteFunc(slices.Sorted(slices.Values(v)), math.IsNaN)
		if len(ascending) == 0 {
			return "nowhere"
		}
		at := func(p float64) string { return t.field.say(stat.Quantile(p, stat.Empirical, ascending, nil)) }
		return at(0.25) + " to " + at(0.75)
	}
	return fmt.Sprintf("%s: middle half %s in the table, %s in the samples", t.field.name, half(t.rests[0]), half(t.rests[1]))
}
