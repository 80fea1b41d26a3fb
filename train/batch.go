package train

// A batch is rows of a dataset.
type batch struct {
	data  *dataset
	index []int // of the rows
}

// size is the number of rows.
func (b batch) size() int { return len(b.index) }

// shard is the i-th of n parts that differ by a row at most, in order.
func (b batch) shard(i, n int) batch {
	each, longer := len(b.index)/n, len(b.index)%n
	lo, hi := i*each+min(i, longer), (i+1)*each+min(i+1, longer)
	return batch{b.data, b.index[lo:hi]}
}
