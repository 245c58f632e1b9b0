# Cost of a packet against the number of live flows; `report` sets data, picture
# and columns.
set terminal svg size 800,500 font "sans,13" background "white"
set output picture
set logscale x
set yrange [0:*]
set xlabel "live flows"
set ylabel "nanoseconds a packet, less those of a drop at ingress"
set key top left autotitle columnhead
set grid
plot for [i=2:columns] data using 1:i with linespoints linewidth 2
