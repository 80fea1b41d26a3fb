package defaults_test

import (
	"math"
	"testing"

	"gaussflow/internal/defaults"
)

func TestOr(t *testing.T) {
	if got := [...]int{defaults.Or(0, 8), defaults.Or(3, 8), defaults.OrNone(0, 8), defaults.OrNone(3, 8), defaults.OrNone(defaults.None, 8)}; got != [...]int{8, 3, 8, 3, 0} {
		t.Errorf("got %v, want 8 3 8 3 0", got)
	}
	if got := defaults.OrNone(float64(defaults.None), 0.004); got != 0 {
		t.Errorf("None is %v, want 0", got)
	}
}

func TestCheckNone(t *testing.T) {
	for v, ok := range map[float64]bool{0: true, 2.5: true, defaults.None: true, -0.5: false, -2: false, math.Inf(-1): false, math.NaN(): false} {
		if err := defaults.CheckNone("where", "Field", v); (err == nil) != ok {
			t.Errorf("%v: got %v, want an error: %v", v, err, !ok)
		}
	}
}
