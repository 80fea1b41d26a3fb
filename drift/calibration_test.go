package drift_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"gaussflow/drift"
	"gaussflow/internal/testsize"
)

// TestCalibrated: for pairs of tables from one population, with all kinds of columns and of different sizes, p ≤ 0.05 in one
// pair of twenty, also where two columns nearly determine each other, and at most as often a column or a pair of columns is named. The bounds are four standard deviations above
// that.
func TestCalibrated(t *testing.T) {
	for _, of := range []struct {
		size [2]int
		draw func(n int, rng *rand.Rand) *table
	}{{[2]int{120, 80}, people}, {[2]int{12, 300}, people}, {[2]int{120, 80}, trips}, {[2]int{40, 300}, trips}} {
		size := of.size
		tables, most := testsize.Of(t, 200, 20), testsize.Of(t, 22, 5)
		rejected, named, paired, sum := 0, 0, 0, 0.0
		for i := range tables {
			rng := rand.New(rand.NewPCG(uint64(i), uint64(size[0])))
			r := compare(t, of.draw(size[0], rng), of.draw(size[1], rng), drift.Config{Draws: 199, Seed: uint64(i)})
			sum += r.P / float64(tables)
			if r.P <= 0.05 {
				rejected++
			}
			if len(r.Moved()) > 0 {
				named++
			}
			if len(r.Pairs) > 0 {
				paired++
			}
		}
		t.Logf("%v rows: %d of %d rejected, %d name a column, %d a pair, mean p %.3f", size, rejected, tables, named, paired, sum)
		if rejected > most || named > most || paired > most {
			t.Errorf("%v rows: of %d pairs of tables without drift %d are rejected, %d name a column, %d a pair, want about 10 and at most %d", size, tables, rejected, named, paired, most)
		}
		if off := 4 * 0.29 / math.Sqrt(float64(tables)); math.Abs(sum-0.5) > off+0.03 { // p-values are multiples of 1/200, and ties raise their mean a little
			t.Errorf("%v rows: the mean p is %.3f, want about 0.5", size, sum)
		}
	}
}
