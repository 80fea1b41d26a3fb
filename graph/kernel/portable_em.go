package kernel

import "math"

func portableEM() emKernel {
	return emKernel{block: 1, lanes: 1, expect: expectPortable}
}

// expectPortable takes the exponentials of a cell's components in one go.
func expectPortable(c Cells, normals []Normal, terms, _ []float64, moments []Moments, logDensity []float64) (total float64) {
	terms, moments = terms[:len(normals)], moments[:len(normals)]
	clear(moments)
	for i, x := range c.Mean {
		v, top := c.Variance[i], -math.MaxFloat64
		for k := range normals {
			n := &normals[k]
			d := x - n.Mean
			terms[k] = n.LogHeight - (d*d+v)*n.HalfPrec
			top = max(top, terms[k])
		}
		for k, a := range terms {
			terms[k] = max(a-top, negligibleLog)
		}
		exps64(terms)
		sum := 0.0
		for k := range terms {
			terms[k] -= negligible
			sum += terms[k]
		}
		logDensity[i] = top + math.Log(sum)
		total += c.Count[i] * logDensity[i]
		share := c.Count[i] / sum
		for k := range normals {
			d, r, m := x-normals[k].Mean, terms[k]*share, &moments[k]
			m.Mass += r
			m.First += r * d
			m.Second += r * (d*d + v)
		}
	}
	return total
}
