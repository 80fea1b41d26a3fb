package kernel

import (
	"slices"
	"strings"
	"testing"
)

// TestChoose: without a name the fastest set is chosen, with a name that set; an unknown name chooses the portable set and
// gives an error that lists the names.
func TestChoose(t *testing.T) {
	all := []set{{name: "fast"}, {name: "slow"}, {name: "portable"}}
	for name, want := range map[string]string{"": "fast", "fast": "fast", "slow": "slow", "portable": "portable"} {
		if s, err := choose(all, name); err != nil || s.name != want {
			t.Errorf("choose(%q) = %s, %v, want %s", name, s.name, err, want)
		}
	}
	for _, name := range []string{"Fast", "fast ", "sse", "portable,fast"} {
		s, err := choose(all, name)
		if err == nil || s.name != "portable" || !strings.Contains(err.Error(), SetVariable) || !strings.Contains(err.Error(), "fast, slow, portable") {
			t.Errorf("choose(%q) = %s, %v, want portable and an error that names %s and the sets", name, s.name, err, SetVariable)
		}
	}
}

// TestSets: the portable set is always in the list, and last; all others run on this processor, and the chosen set is in the list.
func TestSets(t *testing.T) {
	names := Sets()
	if len(names) == 0 || names[len(names)-1] != "portable" || !slices.Contains(names, Set()) {
		t.Errorf("Sets() = %v, Set() = %s", names, Set())
	}
	if runnable([]set{{name: "a"}, {name: "b", runsHere: true}})[0].name != "b" {
		t.Error("runnable kept a set that does not run here")
	}
}
