package columns_test

import (
	"fmt"
	"strings"
	"testing"

	"gaussflow/columns"
	"gaussflow/data"
	"gaussflow/internal/costs"
)

// TestWideCost: profiling a megabyte takes no longer if it has the most columns that a table may have than if it has few.
func TestWideCost(t *testing.T) {
	const width = 1 << 16
	var names, numbers, words strings.Builder
	for j := range width {
		fmt.Fprintf(&names, ",%x", j)
		fmt.Fprintf(&numbers, ",%d", j%10)
		fmt.Fprintf(&words, ",%c", 'b'+j%10)
	}
	for name, content := range map[string]string{
		"numbers":        names.String()[1:] + "\n" + numbers.String()[1:] + "\n",
		"words":          names.String()[1:] + "\n" + words.String()[1:] + "\n",
		"several rows":   strings.Repeat(numbers.String()[1:]+"\n", 7),
		"different rows": strings.Repeat(words.String()[1:]+"\n"+numbers.String()[1:]+"\n"+strings.Repeat(",", width-1)+"\n", 3),
	} {
		bytes, took := costs.Of(func() {
			file, err := data.Open("-", data.Options{Stdin: strings.NewReader(content)})
			if err != nil {
				t.Fatal(err)
			}
			if _, err = columns.Profile(t.Context(), file, columns.Options{}); err != nil {
				t.Error(err)
			}
		})
		t.Logf("%s: %d bytes: %d MB, %v", name, len(content), bytes>>20, took)
		if len(content) > 1<<20 || costs.TooMuch(bytes, took) {
			t.Errorf("%s, %d bytes: %d MB and %v", name, len(content), bytes>>20, took)
		}
	}
}
