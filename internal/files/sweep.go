package files

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"sync"
)

// temporary makes a name for a temporary file. It does not contain the name in the path, which may already have the maximal
// length.
func temporary(folder string) string {
	return filepath.Join(folder, fmt.Sprintf(".gaussflow-%016x.tmp", rand.Uint64()))
}

var temporaries = regexp.MustCompile(`^\.gaussflow-[0-9a-f]{16}\.tmp`)

// swept are the folders that this process has swept.
var swept sync.Map

func sweepOnce(folder string) {
	if whole, err := filepath.Abs(folder); err == nil {
		folder = whole
	}
	if _, done := swept.LoadOrStore(folder, true); !done {
		Sweep(folder)
	}
}

// Sweep removes the temporary files that killed processes have left in a folder. A process that is alive holds a lock on its own.
// Files that cannot be examined or removed stay: an error here does not concern the work that the process is about to do.
func Sweep(folder string) {
	d, err := os.Open(folder)
	if err != nil {
		return
	}
	defer d.Close()
	const some = 1024
	for {
		names, err := d.Readdirnames(some)
		for _, name := range names {
			if temporaries.MatchString(name) {
				removeAbandoned(filepath.Join(folder, name))
			}
		}
		if err != nil || len(names) == 0 {
			return
		}
	}
}
