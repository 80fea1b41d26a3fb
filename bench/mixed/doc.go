// Mixed prints the held-out log p of package mixed on real tables beside that of a coupling flow on dequantized cells and of
// independent columns:
//
//	go run ./bench/mixed -data FOLDER [-tables a.csv,b.csv.gz] [-rows 10000] [-seed 1] [-dequantized=false] [-waves] [-o OUT]
//
// With -o it also writes the training rows, those held out and the schema, for trees.py, a product of conditionals by
// gradient-boosted trees. likelihood.py makes the table of all of these. fidelity.py tests whether samples can be told from rows, and what can be learned from them, beside
// samples of other programs; questions.py compares imputation and quantiles with scikit-learn's.
package main
