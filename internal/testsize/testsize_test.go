package testsize

import "testing"

func TestOf(t *testing.T) {
	for size, want := range map[string]int{"": 3, "full": 3, "emulated": 1} {
		t.Setenv(Variable, size)
		if got := Of(t, 3, 1); got != want {
			t.Errorf("%s=%s: Of(3, 1) = %d, want %d", Variable, size, got, want)
		}
	}
	for _, size := range []string{"small", "Emulated", "full "} {
		if _, err := asked(size); err == nil {
			t.Errorf("%s=%q is taken, want an error", Variable, size)
		}
	}
}
