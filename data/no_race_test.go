//go:build !race

package data_test

// costsCount says whether what an input costs is held to its bounds.
const costsCount = true
