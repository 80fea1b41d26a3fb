// Mixed prints the held-out log p of package mixed on real tables beside columns taken as independent:
//
//	go run ./bench/mixed -data FOLDER [-tables a.csv,b.csv.gz] [-rows 10000] [-seed 1] [-o OUT]
//
// and with -o writes the rows held out and as many samples, which c2st.py has a classifier tell apart.
package main
