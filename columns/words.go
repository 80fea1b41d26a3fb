package columns

// Words among numbers or times stand for missing values, such as "not measured", if they are few and come again.
const (
	mostWords  = 3 // different ones
	wordsAgain = 2 // cells for each, at least, on average
)

// marked is how many cells of a column hold such words; 0 if they are no such words, or if fewer than half of the cells, of which so
// many are good, are numbers or times.
func (t *texts) marked(good int) int {
	if t.worded == nil {
		return 0
	}
	n, of := t.worded.Count, 0
	for _, w := range t.wordTexts {
		of += w.Count
	}
	if of < n || len(t.wordTexts) > mostWords || n < wordsAgain*len(t.wordTexts) || 2*good < t.values() || !t.beside() {
		return 0
	}
	return n
}

// absentWords makes the words among the numbers or times of a column missing values.
func (c *Column) absentWords(t *texts) {
	c.Words, c.Missing = t.worded, c.Missing+t.worded.Count
	for _, w := range t.wordTexts {
		c.Absent = append(c.Absent, w.Text)
	}
	if c.Form.Missing == "" {
		c.Form.Missing, _ = t.wordTexts.most()
	}
}
