//go:build race

package data_test

// costsCount says whether what an input costs is held to its bounds: not under the race detector, which has pools forget what they
// hold, at random, and makes everything many times slower.
const costsCount = false
