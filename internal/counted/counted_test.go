package counted

import "testing"

// One is singular; none and several are plural.
func TestOf(t *testing.T) {
	for n, want := range map[int]string{0: "0 rows", 1: "1 row", 2: "2 rows", 1000: "1000 rows"} {
		if got := Of(n, "row"); got != want {
			t.Errorf("Of(%d): got %q, want %q", n, got, want)
		}
	}
}
