// Mixed prints the held-out log p of package mixed on real tables beside a coupling flow of dequantized cells and columns taken as
// independent:
//
//	go run ./bench/mixed -data FOLDER [-tables a.csv,b.csv.gz] [-rows 10000] [-seed 1] [-dequantized=false] [-o OUT]
//
// and with -o writes the rows fitted to, those held out and the schema, for trees.py, a product of conditionals by gradient-boosted trees.
// fidelity.py has samples told from rows and what is learned from them, beside those of other programs, and questions.py imputation and
// quantiles beside those of scikit-learn.
package main
