// Mixed prints the held-out log p of package mixed on real tables beside a coupling flow of dequantized cells and columns taken as
// independent:
//
//	go run ./bench/mixed -data FOLDER [-tables a.csv,b.csv.gz] [-rows 10000] [-seed 1] [-o OUT]
//
// and with -o writes the rows fitted to, those held out, as many samples and the schema, for c2st.py, in which a classifier tells
// samples from rows, and trees.py, a product of conditionals by gradient-boosted trees. questions.py has imputation and quantiles beside
// those of scikit-learn.
package main
