package columns

// texts is what the cells of a column say before it is known what they are: the first reading of a table.
type texts struct {
	cells, missing, stored int // rows; without a value; stored as numbers
	absent                 tokens
	point, comma           numeral
	times                  timely
	different              *distinct[string]
	first                  string // of stored numbers, as text
	long                   bool   // some are too long to be a level of a category
}

// Bounds on what one column holds.
const (
	longestLevel = 128 // bytes of a text that is held
	mostTokens   = 8   // affixes, ways to write a missing value
)

// tokens counts few texts: a list takes less than a map, and a table may have many columns.
type tokens []Level

// add counts a text, and forgets new ones once there are many.
func (t *tokens) add(s string) {
	for i := range *t {
		if (*t)[i].Text == s {
			(*t)[i].Count++
			return
		}
	}
	if len(*t) < mostTokens {
		*t = append(*t, Level{s, 1})
	}
}

// most is the commonest text, of equally common ones the first in the alphabet.
func (t tokens) most() (best string, n int) {
	for _, l := range t {
		if l.Count > n || l.Count == n && l.Text < best {
			best, n = l.Text, l.Count
		}
	}
	return best, n
}

// numeral counts the cells that are numbers in one way of writing them.
type numeral struct {
	count, padded  int
	affixes, marks tokens // prefix, a zero byte and suffix; what groups digits
	decimals       [2]int // the fewest and the most
	exponents      bool
}

func (n *numeral) add(r reading) {
	if n.count++; n.count == 1 {
		n.decimals = [2]int{max(r.decimals, 0), r.decimals}
	}
	if r.padded {
		n.padded++
	}
	if r.decimals < 0 {
		n.exponents = true
	} else {
		n.decimals = [2]int{min(n.decimals[0], r.decimals), max(n.decimals[1], r.decimals)}
	}
	n.affixes.add(r.prefix + "\x00" + r.suffix)
	if r.thousands != "" {
		n.marks.add(r.thousands)
	}
}

// add takes the cell of a row.
func (t *texts) add(cell []byte, held int) {
	t.cells++
	s := string(cell[:min(len(cell), longestLevel+1)])
	if Missing(s) {
		t.missing++
		t.absent.add(s)
		return
	}
	if len(cell) > longestLevel {
		t.long = true
	}
	if r, ok := read(s, false); ok {
		t.point.add(r)
	}
	if r, ok := read(s, true); ok {
		t.comma.add(r)
	}
	if mayBeTime(s) {
		t.times.add(s)
	}
	if t.different == nil {
		t.different = newDistinct(held, hashText)
		t.different.rough = true
	}
	t.different.add(s)
}

// values is how many cells have a value.
func (t *texts) values() int { return t.cells - t.missing }

// numbers is the way of writing in which most cells are numbers.
func (t *texts) numbers() (n *numeral, comma bool) {
	if t.comma.count > t.point.count {
		return &t.comma, true
	}
	return &t.point, false
}
