package crew

import (
	"runtime"
	"sync/atomic"
	"testing"
	"time"
)

// TestEveryMemberWorksInEveryPhase, right after the last one and after a pause in which all have gone to sleep.
func TestEveryMemberWorksInEveryPhase(t *testing.T) {
	const size = 4
	var did [size]atomic.Int64
	c := Start(size, func(i int, add int64) { did[i].Add(add) })
	defer c.Stop()
	for phase := range 2000 {
		n := phase%size + 1
		for i := range did {
			did[i].Store(0)
		}
		c.Do(n, 1)
		for i := range did {
			if want := int64(min(max(n-i, 0), 1)); did[i].Load() != want {
				t.Fatalf("phase %d of %d: member %d worked %d times, want %d", phase, n, i, did[i].Load(), want)
			}
		}
		if phase%500 == 0 {
			time.Sleep(2 * patience)
		}
	}
}

// TestDoAllocatesNothing, because a step of training must not allocate; TestStopEndsTheGoroutines, because a fit must leave none behind.
func TestDoAllocatesNothing(t *testing.T) {
	var seen [2][4]int
	c := Start(2, func(i int, j [4]int) { seen[i] = j })
	defer c.Stop()
	if n := testing.AllocsPerRun(100, func() { c.Do(2, [4]int{1, 2, 3, 4}) }); n > 0 {
		t.Errorf("%v allocations a call", n)
	}
	if want := [4]int{1, 2, 3, 4}; seen[0] != want || seen[1] != want {
		t.Errorf("the members saw %v, want each %v", seen, want)
	}
}

func TestStopEndsTheGoroutines(t *testing.T) {
	before := runtime.NumGoroutine()
	c := Start(3, func(int, struct{}) {})
	c.Do(3, struct{}{})
	c.Stop()
	for end := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
		}
	}
}
