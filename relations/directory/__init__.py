"""The list of relations and the page of one: what the address may say, showing, adding, changing."""
