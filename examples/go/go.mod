module engagement

go 1.18
