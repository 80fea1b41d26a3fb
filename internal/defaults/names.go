package defaults

import "fmt"

// Names are names for n columns without names: the prefix followed by 1, 2, ….
func Names(prefix string, n int) []string {
	names := make([]string, n)
	for j := range names {
		names[j] = fmt.Sprintf("%s%d", prefix, j+1)
	}
	return names
}
