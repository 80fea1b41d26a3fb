package main

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"gaussflow/internal/counted"
	"gaussflow/tabular"
)

// questions are what score is asked besides log p.
type questions struct {
	why   bool
	flag  float64 // the tail probability up to which a row is flagged; 0 for no flags
	top   int     // how many rows are written; 0 for all
	given []string
	// beside is the table with whose rows the rows are compared; "" for none.
	beside string

	explainer  *tabular.Explainer
	neighbours *tabular.Neighbours // nil without beside
	kept       []unusual
}

func (q *questions) register(c *cobra.Command) {
	f := c.Flags()
	f.BoolVar(&q.why, "why", false, "add the column why: which columns make a row unusual, and what would be usual there")
	f.Float64Var(&q.flag, "flag", 0, "add the column flagged: whether the tail probability is at most this `share`")
	f.IntVar(&q.top, "top", 0, "write only this `number` of rows, the most unusual ones, with their numbers in the table")
	f.StringSliceVar(&q.given, "given", nil, "score the other columns conditional on these `NAMES`, separated by commas")
	f.StringVar(&q.beside, "beside", "", "add the column oddness, by log p and the distance to the nearest row of this `table`")
}

// check checks that the model can answer the questions.
func (s *scoring) check(c *cobra.Command) (err error) {
	has := c.Flags().Changed
	switch {
	case has("flag") && !(s.flag > 0 && s.flag < 1):
		return usage(c, fmt.Errorf("--flag %v, want more than 0 and less than 1", s.flag))
	case has("top") && s.top < 1:
		return usage(c, fmt.Errorf("--top %d, want ≥ 1", s.top))
	case has("given"):
		return usage(c, s.checkGiven())
	case has("flag") && !known(s.model):
		return usage(c, fmt.Errorf("--flag %v, but the model does not know log p of reference rows, and so no tail probability", s.flag))
	case has("flag") && s.flag*float64(len(s.model.Reference)) < 1:
		fmt.Fprintf(c.ErrOrStderr(), "gaussflow: --flag %v is finer than the model can tell: it knows log p of %s; flagged are rows less likely than all of them\n",
			s.flag, counted.Of(len(s.model.Reference), "reference row"))
	}
	if !s.why {
		return nil
	}
	if len(s.model.Given) > 0 {
		return usage(c, fmt.Errorf("--why, but the model is conditional on %s: what is usual is not known of such a model", quoted(s.model.Given)))
	}
	s.explainer, err = tabular.NewExplainer(s.model, nil)
	return err
}

// checkGiven checks that --given names columns of the model.
func (s *scoring) checkGiven() error {
	if len(s.given) == 0 {
		return fmt.Errorf("--given %q, want names of columns of the model: %s", "", quoted(s.model.Reads()))
	}
	if s.model.Mixed == nil {
		return fmt.Errorf("--given %s, but the model is a flow, which cannot be given some of its columns, want one fitted with the family any-order", s.given[0])
	}
	if s.why || s.flag > 0 {
		return errors.New("--given with --why or --flag, want --given by itself or with --top: tail probabilities and what is usual are those of whole rows")
	}
	names := s.model.Reads()
	for k, name := range s.given {
		switch {
		case !slices.Contains(names, name):
			return fmt.Errorf("--given %q, want columns of the model: %s", name, quoted(names))
		case slices.Contains(s.given[:k], name):
			return fmt.Errorf("--given has %q twice, want it once", name)
		}
	}
	if len(s.given) == len(names) {
		return errors.New("--given has all columns of the model, want at least one that is not given")
	}
	return nil
}

// texts are the names of the added text columns.
func (q *questions) texts() []string {
	names := []string{"reason"}
	if q.flag > 0 {
		names = append(names, "flagged")
	}
	if q.why {
		names = append(names, "why")
	}
	if q.top > 0 {
		names = append(names, "row")
	}
	return names
}

// answers are the cells of row i in the columns of texts.
func (q *questions) answers(b *batch, i int) []string {
	cells := []string{b.says[i]}
	if q.flag > 0 {
		flagged := "" // for a row without a log p
		if tail := b.out.At(i, 1); !math.IsNaN(tail) {
			flagged = strconv.FormatBool(tail <= q.flag)
		}
		cells = append(cells, flagged)
	}
	if q.why {
		cells = append(cells, b.why[i])
	}
	if q.top > 0 {
		cells = append(cells, strconv.Itoa(b.places[i].Row))
	}
	return cells
}
