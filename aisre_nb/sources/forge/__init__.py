"""What a host of code (GitHub, GitLab) is asked, and a repository there as the same source that local git is."""
