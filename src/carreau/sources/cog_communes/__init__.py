"""The official geographic code: communes, departments, mergers, groups of communes, their contours."""
