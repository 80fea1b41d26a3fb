package serve

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"

	"gonum.org/v1/gonum/mat"

	"gaussflow/internal/strictjson"
)

// wish is the body of a request to sample.
type wish struct {
	Rows  *int                       `json:"rows"`
	Seed  *uint64                    `json:"seed"`
	Given map[string]json.RawMessage `json:"given"`
}

// sampleRows is how many rows are drawn at a time, the same as in gaussflow sample, so that the same seed gives the
// same rows.
const sampleRows = 8192

// sample draws rows. If no seed is given one is chosen; the answer contains it.
func (s *Server) sample(w http.ResponseWriter, r *http.Request, t *tally) error {
	v, err := s.model(r)
	if err != nil {
		return err
	}
	v.say(w)
	b, err := s.openBody(w, r)
	if err != nil {
		return err
	}
	defer b.stop()
	if !b.whole {
		return refuse(http.StatusRequestEntityTooLarge, "the body has more than %d bytes, want an object of rows, seed and given", smallBody)
	}
	rows, seed, given, err := s.wished(v, b.begun)
	if err != nil {
		return err
	}
	k, err := accepted(r.Header.Get("Accept"), asJSON)
	if err != nil {
		return err
	}
	release, err := s.admit(rows <= sampleRows)
	if err != nil {
		return err
	}
	defer release()
	ctx, cancel := s.timed(r)
	defer cancel()
	w.Header().Set("Gaussflow-Seed", strconv.FormatUint(seed, 10))
	q := &question{writes: v.Writes(), text: v.AppendText}
	return s.newReply(w, t, newRowWriter(k, false, q)).draw(ctx, v, rows, given, rand.New(rand.NewPCG(seed, 0)))
}

// draw draws rows and writes them.
func (a *reply) draw(ctx context.Context, v *version, n int, given []float64, rng *rand.Rand) error {
	defer a.turn.give()
	for left := n; left > 0; left -= sampleRows {
		if err := a.turn.take(ctx); err != nil {
			return a.close(fmt.Errorf("sample: %w", err))
		}
		x, err := v.Sample(min(left, sampleRows), given, rng)
		if err != nil {
			return a.close(err)
		}
		if err = a.batch(batchOf(x)); err != nil {
			return a.close(err)
		}
	}
	return a.close(nil)
}

// batchOf is a batch of rows that have been computed already.
func batchOf(x *mat.Dense) *batch {
	n, _ := x.Dims()
	return &batch{n: n, out: x.RawMatrix().Data, reasons: make([]error, n)}
}

// wished reads the body of a request to sample.
func (s *Server) wished(v *version, text []byte) (rows int, seed uint64, given []float64, err error) {
	var asked wish
	if err = strictjson.Unmarshal(text, &asked, true); err != nil {
		why := err.Error()
		if wrong := (*json.UnmarshalTypeError)(nil); errors.As(err, &wrong) {
			why = strictjson.Mistyped(wrong)
		}
		return 0, 0, nil, refuse(http.StatusBadRequest, "the body is not an object of rows, seed and given: %s", why)
	}
	switch {
	case asked.Rows == nil || *asked.Rows < 1:
		return 0, 0, nil, refuse(http.StatusUnprocessableEntity, "rows is missing or less than 1, want how many rows to draw")
	case *asked.Rows > s.limits.Sample:
		return 0, 0, nil, refuse(http.StatusRequestEntityTooLarge, "rows is %d, want at most %d at a time", *asked.Rows, s.limits.Sample)
	}
	if seed = rand.Uint64(); asked.Seed != nil {
		seed = *asked.Seed
	}
	given, err = givenOf(v, asked.Given)
	return *asked.Rows, seed, given, err
}

// givenOf are the values of the columns that the density is conditional on, in the model's order.
func givenOf(v *version, values map[string]json.RawMessage) ([]float64, error) {
	given := []float64{}
	var wanted []string
	for j, c := range v.Reads() {
		if !c.Given {
			continue
		}
		wanted = append(wanted, c.Name)
		text := []byte(values[c.Name])
		var word string
		if json.Unmarshal(text, &word) == nil {
			text = []byte(word)
		}
		number, err := v.Value(j, text)
		if err != nil {
			return nil, refuse(http.StatusUnprocessableEntity, "given: column %q %v", c.Name, err)
		}
		given = append(given, number)
	}
	for name := range values {
		if !slices.Contains(wanted, name) {
			return nil, refuse(http.StatusUnprocessableEntity, "given has %.100q, want %s", name, cmp.Or(quoted(wanted), "nothing: the density is conditional on no column"))
		}
	}
	return given, nil
}
