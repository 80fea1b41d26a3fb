// Package bench measures the framework's graphs against hand-written gradients, against the same layers made of small
// ops, and against Gorgonia's own machine with its Adam.
//
//	go test -run '^$' -bench . ./bench
package bench
