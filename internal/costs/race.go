//go:build race

package costs

const counts = false
