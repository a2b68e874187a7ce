"""Our own company: what stands on its papers, the numbers of companies, and the first run."""
