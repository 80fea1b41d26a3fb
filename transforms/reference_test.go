package transforms_test

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gaussflow/transforms"
)

// TestReference: every transform agrees to 1e-12, in both directions, with the values of testdata/reference.py, which come
// from another library or from the formula in 60 digits.
func TestReference(t *testing.T) {
	raw, err := os.ReadFile("testdata/reference.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		transforms.Description
		Theta   [][]float64  `json:"theta"`
		X       []float64    `json:"x"`
		Results [][2]float64 `json:"z_and_log_slope"`
	}
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	missing := map[string]bool{}
	for _, kind := range transforms.Kinds() {
		missing[kind] = true
	}
	for n, c := range cases {
		delete(missing, c.Kind)
		tr, err := transforms.New(c.Description)
		if err != nil {
			t.Fatal(err)
		}
		z, l := run(t, tr, mat.NewDense(len(c.X), 1, c.X), c.Theta, false)
		var want []float64
		for i, r := range c.Results {
			want = append(want, r[0])
			if !(math.Abs(z[i]-r[0]) <= 1e-12*max(1, math.Abs(r[0]))) || !(math.Abs(l[i]-r[1]) <= 1e-12*max(1, math.Abs(r[1]))) {
				t.Errorf("%d, %s: %v goes to %v, log slope %v, want %v, %v", n, c.Kind, c.X[i], z[i], l[i], r[0], r[1])
			}
		}
		x, m := run(t, tr, mat.NewDense(len(want), 1, want), c.Theta, true)
		for i, r := range c.Results {
			room := 1e-12 * max(1, math.Exp(-r[1])) // the error of x that the rounding of z causes
			if !(math.Abs(x[i]-c.X[i]) <= room*max(1, math.Abs(c.X[i]))) || !(math.Abs(m[i]+r[1]) <= 10*room*max(1, math.Abs(r[1]))) {
				t.Errorf("%d, %s: %v comes from %v, log slope %v, want %v, %v", n, c.Kind, r[0], x[i], m[i], c.X[i], -r[1])
			}
		}
	}
	for kind := range missing {
		t.Errorf("there is no reference for %s", kind)
	}
}
