package visible

import "testing"

func TestText(t *testing.T) {
	for text, want := range map[string]string{
		"größe\t1\n":           "größe\t1\n",
		"\x1b]0;title\x07":     `\u001b]0;title\u0007`,
		"a\u202eb\u2066\u200f": `a\u202eb\u2066\u200f`,
		"\u009b2J\r":           `\u009b2J\u000d`,
		"\x9b2J":               `\x9b2J`,
		"a\u2028b":             `a\u2028b`,
		"\ufffd":               "\ufffd",
	} {
		if got := Text(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
