package defaults

import "fmt"

// Names are the names of n columns that have none: the prefix and 1, 2, ….
func Names(prefix string, n int) []string {
	names := make([]string, n)
	for j := range names {
		names[j] = fmt.Sprintf("%s%d", prefix, j+1)
	}
	return names
}
