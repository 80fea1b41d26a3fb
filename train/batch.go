package train

// A batch is a selection of the rows of a dataset.
type batch struct {
	data  *dataset
	index []int // of the rows
}

// size is the number of rows.
func (b batch) size() int { return len(b.index) }

// shard is the i-th of n consecutive parts, whose sizes differ by at most one row.
func (b batch) shard(i, n int) batch {
	each, longer := len(b.index)/n, len(b.index)%n
	lo, hi := i*each+min(i, longer), (i+1)*each+min(i+1, longer)
	return batch{b.data, b.index[lo:hi]}
}
