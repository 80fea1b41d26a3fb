package drift

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"gaussflow/columns"
	"gaussflow/initializers"
	"gaussflow/internal/defaults"
)

// Compare says how two tables differ. The cells of B are read in the way in which A's columns are written, so that equal cells mean
// the same; categories that A does not have are reported as new. Columns that are missing in one table or of another kind are
// reported and left out. The memory for reading a table does not depend on the number of its rows. Its errors are the tables', that
// of a ctx that is done, a *columns.SchemaError, an *EmptyError or an *IncomparableError.
func Compare(ctx context.Context, a, b Table, c Config) (*Result, error) {
	if ctx == nil || defaults.IsNil(a.Rows) || defaults.IsNil(b.Rows) {
		return nil, errors.New("drift: Compare: want a context and two tables")
	}
	if err := c.Validate(); err != nil {
		return nil, err
	}
	a.Name, b.Name = defaults.Or(a.Name, "A"), defaults.Or(b.Name, "B")
	tables := [2]Table{a, b}
	if err := tables[0].profile(ctx, nil, c); err != nil {
		return nil, err
	}
	if err := tables[1].profile(ctx, tables[0].Schema, c); err != nil {
		return nil, err
	}
	common := align(tables[0].Schema, tables[1].Schema)
	r := &Result{Level: c.level(), Names: [2]string{a.Name, b.Name}, OnlyIn: common.onlyIn, LeftOut: common.leftOut}
	samples, err := r.read(ctx, tables, common, c)
	if err != nil {
		return nil, err
	}
	return r, r.test(ctx, common.columns, samples, c)
}

// profile finds out what the columns are, unless the Table says so: numbers and categories like those of the other table, if
// possible.
func (t *Table) profile(ctx context.Context, other *columns.Schema, c Config) (err error) {
	names := t.Rows.Names()
	if t.Schema == nil {
		kinds, readings := map[string]columns.Kind{}, map[string]columns.Reading{}
		for _, of := range other.Modelled() {
			if slices.Contains(names, of.Name) {
				readings[of.Name] = of.Reading()
			}
			known := of.Kind == columns.Numbers || of.Kind == columns.Grid || of.Kind == columns.Category
			if known && slices.Contains(names, of.Name) {
				kinds[of.Name] = of.Kind
			}
		}
		t.Schema, err = columns.Profile(ctx, t.Rows, columns.Options{Seed: c.Seed, Kinds: kinds, Readings: readings})
		return err
	}
	if err = t.Schema.Validate(); err != nil {
		return err
	}
	for i := range t.Schema.Columns {
		if name := t.Schema.Columns[i].Name; !slices.Contains(names, name) {
			return &columns.SchemaError{Where: fmt.Sprintf("column %q", name), What: "is not in " + t.Name}
		}
	}
	return nil
}

// read draws the rows that are examined, and leaves out columns whose cells cannot be read.
func (r *Result) read(ctx context.Context, tables [2]Table, common *alignment, c Config) (samples [2]*sample, err error) {
	limit := c.rows(len(common.columns))
	for side, t := range tables {
		rng := initializers.NewRand(c.Seed, uint64(side)+20)
		s, err := read(ctx, t.Rows, side, common.columns, limit, rng)
		if err != nil {
			return samples, err
		}
		if s.seen == 0 {
			return samples, &EmptyError{t.Name}
		}
		samples[side] = s
		r.Tables[side] = Side{Rows: s.seen, Kept: min(s.seen, limit), BadRows: s.bad}
	}
	var kept []int
	for j := range common.columns {
		if why := writtenDifferently(r.Names, samples, j); why != "" {
			r.LeftOut = append(r.LeftOut, LeftOut{common.columns[j].of[0].Name, why})
		} else {
			kept = append(kept, j)
		}
	}
	if len(kept) == 0 {
		return samples, &IncomparableError{r.OnlyIn, r.LeftOut}
	}
	common.keep(kept)
	for side, s := range samples {
		s.keep(kept)
		r.Kept[side] = s.rows
	}
	common.findAtoms(samples)
	r.Schema = &columns.Schema{}
	for _, a := range common.columns {
		r.Schema.Columns = append(r.Schema.Columns, a.of[0])
	}
	return samples, nil
}

// writtenDifferently says that one table writes most cells of a column differently from the other table; "" if it does not.
func writtenDifferently(names [2]string, samples [2]*sample, j int) string {
	for side, s := range samples {
		u := s.unread[j]
		if u == nil {
			continue
		}
		present := u.Count
		for i := range s.kept() {
			if !math.IsNaN(s.rows.At(i, j)) {
				present++
			}
		}
		if 2*u.Count > present {
			return fmt.Sprintf("is written otherwise in %s: %s", names[side], u.Why)
		}
	}
	return ""
}

func (a *alignment) keep(kept []int) {
	for to, j := range kept {
		a.columns[to] = a.columns[j]
	}
	a.columns = a.columns[:len(kept)]
}

func (s *sample) keep(kept []int) {
	n := s.kept()
	rows, unread := mat.NewDense(n, len(kept), nil), make([]*Unread, len(kept))
	for to, j := range kept {
		rows.SetCol(to, mat.Col(nil, j, s.rows))
		unread[to] = s.unread[j]
	}
	s.rows, s.unread = rows, unread
}

// test fills in the results of the permutation test.
func (r *Result) test(ctx context.Context, of []aligned, samples [2]*sample, c Config) (err error) {
	s := newScorer(newFeatures(of, samples[0], samples[1]))
	r.Draws, r.Paired = s.draws(c.Draws), len(s.pairs)
	null, err := s.permute(ctx, r.Draws, c.Seed)
	if err != nil {
		return err
	}
	if r.Apart, err = s.apart(ctx, c.Seed); err != nil {
		return err
	}
	r.P = null.all()
	corrected := null.corrected(0, null.columns)
	score := map[string]float64{}
	for j := range of {
		col := column(&of[j], j, samples[0], samples[1])
		col.P, col.Corrected = null.alone(j), corrected[j]
		col.Moved = col.Corrected <= r.Level
		col.How = col.how(&of[j], s.blocks[j], null.z)
		score[col.Name] = null.scores[0][j]
		r.Columns = append(r.Columns, col)
	}
	r.pair(s, null, of, c)
	slices.SortStableFunc(r.Columns, func(a, b Column) int {
		return cmp.Or(cmp.Compare(a.Corrected, b.Corrected), cmp.Compare(b.Gap, a.Gap), cmp.Compare(score[b.Name], score[a.Name]))
	})
	return nil
}

// pair fills in the pairs that changed; the columns must still be in A's order.
func (r *Result) pair(s *scorer, null *null, of []aligned, c Config) {
	if len(s.pairs) == 0 {
		return
	}
	corrected := null.corrected(null.columns, len(null.scores[0]))
	few, many := s.correlations(s.choice(0, s.n[0]+s.n[1], c.Seed))
	if s.n[0] > s.n[1] {
		few, many = many, few
	}
	order := make([]int, len(s.pairs))
	for p := range order {
		order[p] = p
	}
	slices.SortStableFunc(order, func(p, q int) int {
		return cmp.Compare(null.scores[0][null.columns+q], null.scores[0][null.columns+p])
	})
	for _, p := range order {
		if corrected[p] > r.Level {
			continue
		}
		u, v := &r.Columns[s.pairs[p][0]], &r.Columns[s.pairs[p][1]]
		out := Pair{Names: [2]string{u.Name, v.Name}, P: null.alone(null.columns + p), Corrected: corrected[p], Alone: !u.Moved && !v.Moved}
		out.Signed = len(u.Levels)+len(v.Levels) == 0 && s.signed(s.pairs[p], few, many)
		for side, corr := range []*mat.SymDense{few, many} {
			out.Dependence[side] = s.dependence(s.pairs[p], corr, out.Signed)
		}
		if left := s.rests[s.pairs[p]]; left != nil {
			out.Rest = left.describe(&of[left.A].of[0], &of[left.B].of[0], s.n[0], null.z)
			if normalOf(left.statistic(null.z)) < normalOf(s.change(s.pairs[p], few, many)) {
				out.Rest.How = ""
			}
		}
		r.Pairs = append(r.Pairs, out)
	}
}

// mostly is the share of the greatest change of a correlation that the change of the rank correlation must have to be
// reported.
const mostly = 0.7

// signed reports whether the rank correlation shows most of the change.
func (s *scorer) signed(of [2]int, a, b *mat.SymDense) bool {
	most := 0.0
	by := func(k, l int) float64 { return math.Abs(a.At(s.at[k], s.at[l]) - b.At(s.at[k], s.at[l])) }
	u, v := s.blocks[of[0]].pair, s.blocks[of[1]].pair
	for _, k := range u {
		for _, l := range v {
			most = max(most, by(k, l))
		}
	}
	return by(u[0], v[0]) >= mostly*most
}

// dependence is the correlation of the first features or, if signed is false, the strength of all correlations
// together.
func (s *scorer) dependence(of [2]int, c *mat.SymDense, signed bool) float64 {
	u, v := s.blocks[of[0]].pair, s.blocks[of[1]].pair
	if signed {
		return c.At(s.at[u[0]], s.at[v[0]])
	}
	square := 0.0
	for _, k := range u {
		for _, l := range v {
			square += c.At(s.at[k], s.at[l]) * c.At(s.at[k], s.at[l])
		}
	}
	return math.Min(1, math.Sqrt(square/float64(min(len(u), len(v)))))
}
